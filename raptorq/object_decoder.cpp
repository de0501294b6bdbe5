// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/object_decoder.hpp"

#include <algorithm>

namespace troupe::raptorq {

namespace {

// A layout needs sane numbers; an object with bad ones is never looked at.
oti checked(const oti& info) noexcept {
  return check(info) == status::done ? info : oti{1, 1, 1, 1, 1};
}

} // namespace

object_decoder::object_decoder(const oti& info, std::span<std::byte> object,
                               std::uint32_t repair_max)
    : state_(check(info)), layout_(checked(info)), object_(object),
      repair_max_(repair_max) {
  if (state_ == status::done && object.size() != info.transfer_bytes)
    state_ = status::bad_length;
  if (state_ == status::done)
    blocks_.resize(info.source_blocks);
}

std::uint32_t object_decoder::k_symbols(std::uint8_t sbn) const noexcept {
  return sbn < blocks_.size() ? layout_.symbols(sbn) : 0;
}

object_decoder::source_block& object_decoder::open(std::uint8_t sbn) {
  source_block& block = blocks_[sbn];
  if (!block.decoders.empty())
    return block;
  const std::uint32_t pieces = info().sub_blocks;
  std::span<std::byte> octets =
      object_.subspan(layout_.block_begin(sbn), layout_.block_bytes(sbn));
  if (pieces > 1 && octets.size() < layout_.padded_bytes(sbn)) {
    block.padded.resize(layout_.padded_bytes(sbn));
    octets = block.padded;
  }
  block.decoders.reserve(pieces);
  for (std::uint32_t n = 0; n < pieces; ++n) {
    const std::uint64_t begin = layout_.sub_block_begin(sbn, n);
    block.decoders.emplace_back(
        layout_.symbols(sbn), layout_.sub_symbol_bytes(n),
        octets.subspan(begin,
                       std::min<std::uint64_t>(layout_.sub_block_bytes(sbn, n),
                                               octets.size() - begin)),
        repair_max_);
  }
  return block;
}

add_result object_decoder::add(payload_id id,
                               std::span<const std::byte> symbol) {
  if (state_ != status::done || id.sbn >= blocks_.size() || id.esi >= esi_limit)
    return add_result::bad_esi;
  if (symbol.size() != info().symbol_bytes)
    return add_result::bad_length;
  if (blocks_[id.sbn].complete)
    return add_result::already_decoded;
  // All sub-blocks have seen the same symbols, so they all answer the same.
  add_result out = add_result::added;
  source_block& block = open(id.sbn);
  for (std::uint32_t n = 0; n < block.decoders.size(); ++n)
    out = block.decoders[n].add(
        id.esi,
        symbol.subspan(layout_.piece_begin(n), layout_.sub_symbol_bytes(n)));
  return out;
}

bool object_decoder::ready(std::uint8_t sbn) const noexcept {
  if (sbn >= blocks_.size())
    return false;
  const source_block& block = blocks_[sbn];
  return block.complete ||
         (!block.decoders.empty() && block.decoders.front().ready());
}

status object_decoder::decode(std::uint8_t sbn) {
  if (state_ != status::done)
    return state_;
  if (sbn >= blocks_.size())
    return status::bad_esi;
  source_block& block = blocks_[sbn];
  if (block.complete)
    return status::done;
  if (!ready(sbn))
    return status::need_more;
  for (block_decoder& decoder : block.decoders)
    if (const status made = decoder.decode(); made != status::done)
      return made;
  std::copy_n(
      block.padded.begin(), block.padded.empty() ? 0 : layout_.block_bytes(sbn),
      object_.begin() + static_cast<std::ptrdiff_t>(layout_.block_begin(sbn)));
  block = source_block{};
  block.complete = true;
  ++complete_;
  return status::done;
}

status object_decoder::decode() {
  if (state_ != status::done)
    return state_;
  for (std::size_t sbn = 0; sbn < blocks_.size(); ++sbn)
    decode(static_cast<std::uint8_t>(sbn));
  return complete_ == blocks_.size() ? status::done : status::need_more;
}

} // namespace troupe::raptorq
