// SPDX-License-Identifier: BSD-3-Clause
#include "actors/range_packets.hpp"

#include "raptorq/block_encoder.hpp"
#include "transport/range_packet.hpp"

#include <algorithm>
#include <cstring>

namespace troupe {

namespace {

/// As many as fit one superpacket: losing it is what repair symbols are for.
constexpr std::uint16_t burst_packets = 64;

/// Blocks in memory: a MiB each.
constexpr std::size_t max_blocks = 4;
/// Narrow repair channels whose symbols are made at once: the work is for the
/// block, hardly for a symbol.
constexpr std::uint32_t batch_channels = 6;

using batch = repair_store::batch;

/// The batch that a repair channel's symbols are made in.
struct batch_place {
  batch kind = batch::narrow;
  std::uint32_t number = 0;
};
batch_place batch_of(std::uint32_t index) {
  if (index < narrow_repair_channels)
    return {batch::narrow, index / batch_channels};
  return {batch::wide, index - narrow_repair_channels};
}
symbol_span symbols_of(std::uint32_t k, batch_place place) {
  if (place.kind == batch::wide)
    return repair_symbols(k, narrow_repair_channels + place.number);
  const auto n = repair_channel_symbols(k) * batch_channels;
  return {k + place.number * n, n};
}

indexed_range range_of(const index_entry& entry) {
  if (const auto* chunk = std::get_if<indexed_chunk>(&entry))
    return {chunk->from, chunk->range};
  return std::get<indexed_range>(entry);
}

} // namespace

expected<object_packets::filled>
range_packets::fill(packet_train& train, const shared_channel& what) {
  const auto [from, range] = range_of(what.object.entry);
  if (auto e = from->check_unchanged_in(range); e != errc::none)
    return e;
  const auto block_bytes = static_cast<std::uint32_t>(range.length);
  const auto k = range_symbols(block_bytes, symbol_bytes_);
  const bool is_data = what.what == shared_channel::content::data;
  const auto [first_esi, packets] =
      is_data ? symbol_span{0, k} : repair_symbols(k, what.index);
  const bool is_sealed = what.sealed_as && seal_;
  front_bytes_ = is_sealed ? sealed_range_front_bytes : range_header_bytes;
  const auto stride = front_bytes_ + symbol_bytes_ +
                      (is_sealed ? sealed_range_back_bytes : 0);
  train.packet_bytes = static_cast<std::uint16_t>(stride);
  train.burst_packets = burst_packets;
  train.bytes.resize(packets * stride);
  is_data_last_ = false;
  const auto failed = is_data ? fill_data(train, from, range)
                              : fill_repair(train, from, range, what.index);
  if (failed != errc::none)
    return failed;
  range_header header{0, what.tag, block_bytes, first_esi};
  auto out = std::span{train.bytes};
  for (std::uint32_t i = 0; i < packets; ++i, ++header.esi) {
    header.countdown = packets - i <= range_countdown
                           ? static_cast<std::uint8_t>(packets - i)
                           : std::uint8_t{0};
    write_range_header(
        out.subspan(i * stride).first<range_header_bytes>(), header,
        is_sealed);
  }
  if (is_sealed)
    seal(train, *what.sealed_as, block_bytes, first_esi);
  return object_packets::filled{packets, is_data ? range.length : 0,
                                packets * (symbol_bytes_ + 4u)};
}

void range_packets::seal(packet_train& train, const hash& channel,
                         std::uint32_t block_bytes, std::uint32_t first_esi) {
  const auto key = seal_->key_of(channel, block_bytes, symbol_bytes_);
  const auto salt = random_salt();
  const auto out = std::span{train.bytes};
  const std::size_t stride = train.packet_bytes;
  for (std::size_t i = 0; i < out.size() / stride; ++i) {
    const auto packet = out.subspan(i * stride, stride);
    std::copy(salt.begin(), salt.end(), packet.begin() + range_header_bytes);
    seal_symbol(packet.subspan(front_bytes_, symbol_bytes_),
                packet.last<sealed_range_back_bytes>(), key, salt,
                first_esi + static_cast<std::uint32_t>(i),
                packet.first(range_header_bytes));
  }
}

errc range_packets::fill_data(packet_train& train,
                              const std::shared_ptr<const source>& from,
                              byte_range range) {
  const auto padding = train.bytes.size() / train.packet_bytes * symbol_bytes_ -
                       range.length;
  const auto last = train.bytes.end() -
                    static_cast<std::ptrdiff_t>(train.packet_bytes -
                                                front_bytes_ - symbol_bytes_);
  std::fill(last - static_cast<std::ptrdiff_t>(padding), last, std::byte{0});
  repairs_->data_sent();
  if (repairs_->batches_expected(batch::narrow) == 0 &&
      repairs_->batches_expected(batch::wide) == 0)
    return from->read_spaced(range.offset, range.length,
                             std::span{train.bytes}.subspan(front_bytes_),
                             symbol_bytes_, train.packet_bytes);
  // Repair symbols are made of the whole block: then one reading is enough.
  const auto whole = read(from, range);
  if (!whole)
    return whole.error().code;
  is_data_last_ = true;
  auto* to = train.bytes.data() + front_bytes_;
  for (auto rest = std::span{(*whole)->bytes}; !rest.empty();
       to += train.packet_bytes) {
    const auto piece = rest.first(std::min<std::size_t>(rest.size(),
                                                        symbol_bytes_));
    std::memcpy(to, piece.data(), piece.size());
    rest = rest.subspan(piece.size());
  }
  return errc::none;
}

void range_packets::prepare_repair() {
  if (!is_data_last_)
    return;
  is_data_last_ = false;
  const auto& sent = blocks_.front();
  const auto k = range_symbols(static_cast<std::uint32_t>(sent.range.length),
                               symbol_bytes_);
  for (const auto kind : {batch::wide, batch::narrow}) {
    const auto count = repairs_->batches_expected(kind);
    const auto first = symbols_of(k, {kind, 0});
    if (count > 0 && !repairs_->find(sent.from, sent.range, first.first_esi))
      encode(sent, first, count); // what fails is made when it is asked for
  }
}

errc range_packets::fill_repair(packet_train& train,
                                const std::shared_ptr<const source>& from,
                                byte_range range, std::uint32_t index) {
  const auto k = range_symbols(static_cast<std::uint32_t>(range.length),
                               symbol_bytes_);
  const auto wanted = repair_symbols(k, index);
  const auto place = batch_of(index);
  const auto all = symbols_of(k, place);
  repairs_->repair_asked(place.kind, place.number);
  auto made = repairs_->find(from, range, all.first_esi);
  if (!made) {
    const auto whole = read(from, range);
    if (!whole)
      return whole.error().code;
    if (const auto e = encode(**whole, all, 1); e != errc::none)
      return e;
    made = repairs_->find(from, range, all.first_esi);
    if (!made)
      return errc::internal;
  }
  const auto* symbols =
      made->data() +
      std::size_t{wanted.first_esi - all.first_esi} * symbol_bytes_;
  for (std::size_t i = 0; i < wanted.count; ++i)
    std::memcpy(train.bytes.data() + i * train.packet_bytes + front_bytes_,
                symbols + i * symbol_bytes_, symbol_bytes_);
  return errc::none;
}

expected<const range_packets::block*>
range_packets::read(const std::shared_ptr<const source>& from,
                    byte_range range) {
  const auto known =
      std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& each) {
        return each.from == from && each.range == range;
      });
  if (known != blocks_.end()) {
    blocks_.splice(blocks_.begin(), blocks_, known);
    return &blocks_.front();
  }
  if (blocks_.size() < max_blocks)
    blocks_.emplace_front();
  else
    blocks_.splice(blocks_.begin(), blocks_, std::prev(blocks_.end()));
  auto& fresh = blocks_.front();
  fresh.from.reset();
  fresh.bytes.resize(range.length);
  if (const auto e = from->read_at(range.offset, fresh.bytes); e != errc::none)
    return e;
  fresh.from = from;
  fresh.range = range;
  return &fresh;
}

errc range_packets::encode(const block& of, symbol_span first,
                           std::uint32_t count) {
  const auto k = range_symbols(static_cast<std::uint32_t>(of.range.length),
                               symbol_bytes_);
  const auto batch_bytes = std::size_t{first.count} * symbol_bytes_;
  std::vector<std::byte> made(batch_bytes * count);
  // An encoder for each time: one that is used again keeps what it solved,
  // which costs more than solving it in small pieces.
  raptorq::block_encoder encoder{k, symbol_bytes_, of.bytes};
  if (encoder.repair(first.first_esi, first.count * count, made) !=
      raptorq::status::done)
    return errc::internal;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto part = std::span{made}.subspan(i * batch_bytes, batch_bytes);
    repairs_->put(of.from, of.range, first.first_esi + i * first.count,
                  std::make_shared<const std::vector<std::byte>>(
                      part.begin(), part.end()));
  }
  return errc::none;
}

} // namespace troupe
