// SPDX-License-Identifier: BSD-3-Clause
#include "capi/object_sender.hpp"

#include "raptorq/parameters.hpp"
#include "transport/packet.hpp"

#include <librecast/crypto.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace troupe::capi {

namespace {

constexpr std::uint32_t last_esi = 0xfffffe;

std::uint32_t seed() {
  std::uint32_t value = 1;
  lc_getrandom(&value, sizeof(value));
  return value;
}

} // namespace

object_sender::object_sender(const hash& id, blob object, options how)
    : id_(id), object_(std::move(object)), how_(how),
      encoder_(oti_of(object_.size()), object_.view()), random_(seed()) {
  if (encoder_.state() != raptorq::status::done)
    throw std::length_error("too large to be encoded");
}

std::size_t object_sender::header_bytes() const noexcept {
  return how_.with_oti ? object_header_bytes : chunk_header_bytes;
}

std::size_t object_sender::packet_bytes() const noexcept {
  return header_bytes() + classic_symbol_bytes;
}

std::uint32_t object_sender::packets_of(std::uint8_t block) const noexcept {
  const auto code = raptorq::parameters_for(encoder_.k_symbols(block));
  return code->k_prime + how_.overhead_packets;
}

std::uint64_t object_sender::packets() const noexcept {
  std::uint64_t sum = 0;
  for (std::uint8_t z = 0; z < encoder_.info().source_blocks; ++z)
    sum += packets_of(z);
  return sum;
}

raptorq::payload_id object_sender::advance() {
  const auto k = encoder_.k_symbols(block_);
  raptorq::payload_id id{block_, position_};
  if (how_.only_repair || position_ >= k)
    id.esi = std::uniform_int_distribution<std::uint32_t>{k, last_esi}(random_);
  if (++position_ >= packets_of(block_)) {
    position_ = 0;
    block_ = static_cast<std::uint8_t>((block_ + 1) %
                                       encoder_.info().source_blocks);
  }
  return id;
}

void object_sender::write_header(std::byte* to,
                                 raptorq::payload_id id) const noexcept {
  const symbol_id symbol{id.sbn, id.esi};
  if (!how_.with_oti) {
    write_chunk_header(
        std::span<std::byte, chunk_header_bytes>{to, chunk_header_bytes}, id_,
        symbol);
    return;
  }
  const auto& from = encoder_.info();
  const object_info info{from.transfer_bytes, from.symbol_bytes,
                         from.source_blocks, from.sub_blocks, from.alignment};
  write_object_header(
      std::span<std::byte, object_header_bytes>{to, object_header_bytes}, id_,
      info, symbol);
}

void object_sender::next(std::span<std::byte> out) {
  const auto stride = packet_bytes();
  const auto before = header_bytes();
  std::vector<std::uint32_t> repair;
  std::uint8_t repair_block = 0;
  std::size_t repair_at = 0;
  const auto make_repair = [&] {
    if (!repair.empty())
      encoder_.repair(repair_block, repair,
                      out.subspan(repair_at + before,
                                  (repair.size() - 1) * stride +
                                      classic_symbol_bytes),
                      stride);
    repair.clear();
  };
  for (std::size_t at = 0; at < out.size(); at += stride) {
    const auto id = advance();
    write_header(out.data() + at, id);
    if (id.esi < encoder_.k_symbols(id.sbn)) {
      make_repair();
      encoder_.symbol(id, out.subspan(at + before, classic_symbol_bytes));
      continue;
    }
    if (!repair.empty() && repair_block != id.sbn)
      make_repair();
    if (repair.empty()) {
      repair_block = id.sbn;
      repair_at = at;
    }
    repair.push_back(id.esi);
  }
  make_repair();
}

} // namespace troupe::capi
