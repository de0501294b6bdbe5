// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/object_encoder.hpp"

#include <cstring>

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

// One encoder of whole symbols does for all sub-blocks, see object_decoder.
block_encoder& object_encoder::open(std::uint8_t sbn) {
  source_block& block = blocks_[sbn];
  if (block.encoder)
    return *block.encoder;
  std::span<const std::byte> octets =
      object_.subspan(layout_.block_begin(sbn), layout_.block_bytes(sbn));
  if (info().sub_blocks > 1) {
    block.symbols.assign(layout_.padded_bytes(sbn), std::byte{0});
    layout_.each_piece(sbn, [&](std::uint64_t at, std::uint64_t by_symbol,
                                std::uint64_t count) {
      std::memcpy(block.symbols.data() + by_symbol, octets.data() + at, count);
    });
    octets = block.symbols;
  }
  return block.encoder.emplace(layout_.symbols(sbn), info().symbol_bytes,
                               octets);
}

status object_encoder::symbol(payload_id id, std::span<std::byte> out) {
  if (state_ != status::done)
    return state_;
  if (id.sbn >= blocks_.size())
    return status::bad_esi;
  if (out.size() != info().symbol_bytes)
    return status::bad_length;
  if (id.esi < layout_.symbols(id.sbn))
    return open(id.sbn).source(id.esi, out);
  return repair(id.sbn, {&id.esi, 1}, out, info().symbol_bytes);
}

status object_encoder::repair(std::uint8_t sbn,
                              std::span<const std::uint32_t> esis,
                              std::span<std::byte> out,
                              std::size_t stride_bytes) {
  if (state_ != status::done)
    return state_;
  if (sbn >= blocks_.size())
    return status::bad_esi;
  return open(sbn).repair(esis, out, stride_bytes);
}

void object_encoder::release(std::uint8_t sbn) noexcept {
  if (sbn < blocks_.size())
    blocks_[sbn] = source_block{};
}

} // namespace troupe::raptorq
