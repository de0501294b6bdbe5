// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/object_encoder.hpp"

#include <algorithm>

namespace troupe::raptorq {

namespace {

// A layout needs sane numbers; an object with bad ones is never looked at.
oti checked(const oti& info) noexcept {
  return check(info) == status::done ? info : oti{1, 1, 1, 1, 1};
}

} // namespace

object_encoder::object_encoder(const oti& info,
                               std::span<const std::byte> object)
    : state_(check(info)), layout_(checked(info)), object_(object) {
  if (state_ == status::done && object.size() != info.transfer_bytes)
    state_ = status::bad_length;
  if (state_ == status::done)
    blocks_.resize(info.source_blocks);
}

std::uint32_t object_encoder::k_symbols(std::uint8_t sbn) const noexcept {
  return sbn < blocks_.size() ? layout_.symbols(sbn) : 0;
}

object_encoder::source_block& object_encoder::open(std::uint8_t sbn) {
  source_block& block = blocks_[sbn];
  if (!block.encoders.empty())
    return block;
  const std::uint32_t pieces = info().sub_blocks;
  std::span<const std::byte> octets =
      object_.subspan(layout_.block_begin(sbn), layout_.block_bytes(sbn));
  if (pieces > 1 && octets.size() < layout_.padded_bytes(sbn)) {
    block.padded.assign(layout_.padded_bytes(sbn), std::byte{0});
    std::copy(octets.begin(), octets.end(), block.padded.begin());
    octets = block.padded;
  }
  block.encoders.reserve(pieces);
  for (std::uint32_t n = 0; n < pieces; ++n) {
    const std::uint64_t begin = layout_.sub_block_begin(sbn, n);
    block.encoders.emplace_back(
        layout_.symbols(sbn), layout_.sub_symbol_bytes(n),
        octets.subspan(begin,
                       std::min<std::uint64_t>(layout_.sub_block_bytes(sbn, n),
                                               octets.size() - begin)));
  }
  return block;
}

status object_encoder::symbol(payload_id id, std::span<std::byte> out) {
  if (state_ != status::done)
    return state_;
  if (id.sbn >= blocks_.size())
    return status::bad_esi;
  if (out.size() != info().symbol_bytes)
    return status::bad_length;
  if (id.esi >= layout_.symbols(id.sbn))
    return repair(id.sbn, {&id.esi, 1}, out, info().symbol_bytes);
  source_block& block = open(id.sbn);
  for (std::uint32_t n = 0; n < block.encoders.size(); ++n)
    block.encoders[n].source(id.esi, out.subspan(layout_.piece_begin(n),
                                                 layout_.sub_symbol_bytes(n)));
  return status::done;
}

status object_encoder::repair(std::uint8_t sbn,
                              std::span<const std::uint32_t> esis,
                              std::span<std::byte> out,
                              std::size_t stride_bytes) {
  if (state_ != status::done)
    return state_;
  if (sbn >= blocks_.size())
    return status::bad_esi;
  const std::size_t bytes = info().symbol_bytes;
  if (!esis.empty() && (stride_bytes < bytes || out.size() < bytes ||
                        (out.size() - bytes) / stride_bytes < esis.size() - 1))
    return status::bad_length;
  source_block& block = open(sbn);
  for (std::uint32_t n = 0; n < block.encoders.size() && !esis.empty(); ++n) {
    const status made = block.encoders[n].repair(
        esis, out.subspan(layout_.piece_begin(n)), stride_bytes);
    if (made != status::done)
      return made;
  }
  return status::done;
}

void object_encoder::release(std::uint8_t sbn) noexcept {
  if (sbn < blocks_.size())
    blocks_[sbn] = source_block{};
}

} // namespace troupe::raptorq
