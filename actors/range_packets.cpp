// SPDX-License-Identifier: BSD-3-Clause
#include "actors/range_packets.hpp"

#include "transport/range_packet.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// As many as fit one superpacket: losing it is what repair symbols are for.
constexpr std::uint16_t burst_packets = 64;

/// Memory for blocks and what is computed of them: some 2 MiB each.
constexpr std::size_t max_blocks = 4;

indexed_range range_of(const index_entry& entry) {
  if (const auto* chunk = std::get_if<indexed_chunk>(&entry))
    return {chunk->from, chunk->range};
  return std::get<indexed_range>(entry);
}

} // namespace

expected<object_packets::filled>
range_packets::fill(packet_train& train, const shared_channel& what) {
  const auto [from, range] = range_of(what.object.entry);
  if (auto e = from->check_unchanged(); e != errc::none)
    return e;
  const auto block_bytes = static_cast<std::uint32_t>(range.length);
  const auto k = range_symbols(block_bytes, symbol_bytes_);
  const bool is_data = what.what == shared_channel::content::data;
  const auto packets = is_data ? k : repair_channel_symbols(k);
  const auto first_esi = is_data ? 0 : k + what.index * packets;
  const std::size_t stride = range_header_bytes + symbol_bytes_;
  train.packet_bytes = static_cast<std::uint16_t>(stride);
  train.burst_packets = burst_packets;
  train.bytes.resize(packets * stride);
  const auto failed = is_data ? fill_data(train, *from, range)
                              : fill_repair(train, from, range, first_esi);
  if (failed != errc::none)
    return failed;
  range_header header{0, what.tag, block_bytes, first_esi};
  auto out = std::span{train.bytes};
  for (std::uint32_t i = 0; i < packets; ++i, ++header.esi) {
    header.countdown = packets - i <= range_countdown
                           ? static_cast<std::uint8_t>(packets - i)
                           : std::uint8_t{0};
    write_range_header(
        out.subspan(i * stride).first<range_header_bytes>(), header);
  }
  return object_packets::filled{packets, is_data ? range.length : 0,
                                packets * (symbol_bytes_ + 4u)};
}

errc range_packets::fill_data(packet_train& train, const source& from,
                              byte_range range) {
  const auto padding = train.bytes.size() / train.packet_bytes * symbol_bytes_ -
                       range.length;
  std::fill(train.bytes.end() - static_cast<std::ptrdiff_t>(padding),
            train.bytes.end(), std::byte{0});
  return from.read_spaced(range.offset, range.length,
                          std::span{train.bytes}.subspan(range_header_bytes),
                          symbol_bytes_, train.packet_bytes);
}

errc range_packets::fill_repair(packet_train& train,
                                const std::shared_ptr<const source>& from,
                                byte_range range, std::uint32_t first_esi) {
  const auto block = encode(from, range);
  if (!block)
    return block.error().code;
  esis_.resize(train.bytes.size() / train.packet_bytes);
  for (auto& esi : esis_)
    esi = first_esi++;
  const auto done = (*block)->encoder->repair(
      esis_, std::span{train.bytes}.subspan(range_header_bytes),
      train.packet_bytes);
  return done == raptorq::status::done ? errc::none : errc::internal;
}

expected<range_packets::encoded_block*>
range_packets::encode(const std::shared_ptr<const source>& from,
                      byte_range range) {
  const auto known =
      std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& block) {
        return block.from == from && block.range == range;
      });
  if (known != blocks_.end()) {
    blocks_.splice(blocks_.begin(), blocks_, known);
    return &blocks_.front();
  }
  if (blocks_.size() < max_blocks)
    blocks_.emplace_front();
  else
    blocks_.splice(blocks_.begin(), blocks_, std::prev(blocks_.end()));
  auto& block = blocks_.front();
  block.encoder.reset();
  block.from.reset();
  block.bytes.resize(range.length);
  if (const auto e = from->read_at(range.offset, block.bytes); e != errc::none)
    return e;
  block.from = from;
  block.range = range;
  block.encoder.emplace(range_symbols(static_cast<std::uint32_t>(range.length),
                                      symbol_bytes_),
                        symbol_bytes_, block.bytes);
  return &block;
}

} // namespace troupe
