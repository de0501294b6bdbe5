// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/object_decoder.hpp"

#include <cstring>

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

// Sub-blocks are codes of their own with the same K and the same ESIs, and
// every operation acts on octets at equal places: so one decoder of whole
// symbols does for all of them.
block_decoder& object_decoder::open(std::uint8_t sbn) {
  source_block& block = blocks_[sbn];
  if (block.decoder)
    return *block.decoder;
  std::span<std::byte> octets =
      object_.subspan(layout_.block_begin(sbn), layout_.block_bytes(sbn));
  if (info().sub_blocks > 1) {
    block.symbols.resize(layout_.padded_bytes(sbn));
    octets = block.symbols;
  }
  return block.decoder.emplace(layout_.symbols(sbn), info().symbol_bytes,
                               octets, repair_max_);
}

add_result object_decoder::add(payload_id id,
                               std::span<const std::byte> symbol) {
  if (state_ != status::done || id.sbn >= blocks_.size() || id.esi >= esi_limit)
    return add_result::bad_esi;
  if (symbol.size() != info().symbol_bytes)
    return add_result::bad_length;
  if (blocks_[id.sbn].complete)
    return add_result::already_decoded;
  return open(id.sbn).add(id.esi, symbol);
}

bool object_decoder::ready(std::uint8_t sbn) const noexcept {
  if (sbn >= blocks_.size())
    return false;
  const source_block& block = blocks_[sbn];
  return block.complete || (block.decoder && block.decoder->ready());
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
  if (const status made = block.decoder->decode(); made != status::done)
    return made;
  if (!block.symbols.empty())
    layout_.each_piece(sbn, [&, to = object_.data() + layout_.block_begin(sbn)](
                                std::uint64_t at, std::uint64_t by_symbol,
                                std::uint64_t octets) {
      std::memcpy(to + at, block.symbols.data() + by_symbol, octets);
    });
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
