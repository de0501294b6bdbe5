// SPDX-License-Identifier: BSD-3-Clause
#include "actors/range_packets.hpp"

#include "core/range_index.hpp"
#include "core/subtree.hpp"
#include "raptorq/block_decoder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recorders.hpp"
#include "transport/range_packet.hpp"

using namespace troupe;
using namespace troupe::test;
using content = shared_channel::content;

namespace {

constexpr std::uint16_t symbol_bytes = default_range_symbol_bytes;
constexpr std::uint32_t tag = 0xfeedbeef;

/// The bytes from `offset` on, out of a source that has more.
shared_channel range_of(const std::vector<std::byte>& data, std::uint64_t offset,
                        std::uint64_t length, content what = content::data,
                        std::uint32_t index = 0) {
  return {what,
          {hash{}, indexed_range{make_blob_source(blob::copy_of(data)),
                                 {offset, length}}},
          tag, index};
}

std::vector<range_packet_view> packets_of(const packet_train& train) {
  std::vector<range_packet_view> result;
  REQUIRE(train.packet_bytes == range_header_bytes + symbol_bytes);
  REQUIRE(train.bytes.size() % train.packet_bytes == 0);
  for (std::size_t at = 0; at < train.bytes.size(); at += train.packet_bytes) {
    const auto packet = parse_range_packet(
        std::span{train.bytes}.subspan(at, train.packet_bytes));
    REQUIRE(packet);
    result.push_back(*packet);
  }
  return result;
}

/// The end of every answer counts down, and nothing before it does.
void check_countdown(const std::vector<range_packet_view>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto left = all.size() - i;
    REQUIRE(all[i].header.countdown == (left <= 4 ? left : 0));
  }
}

constexpr std::uint32_t mib = range_chunks * chunk_bytes;

} // namespace

TEST_CASE("a data channel carries each symbol once, in order",
          "[actors][range_packets]") {
  const auto length = GENERATE(1u, 1367u, 1368u, 1369u, 5000u, 32768u, 500'000u,
                               mib);
  INFO(length << " bytes");
  const auto data = pattern(length + 300, 1);
  range_packets sender{symbol_bytes};
  packet_train train;
  train.bytes.assign(2 * mib, std::byte{0xee}); // what another train left
  const auto filled = sender.fill(train, range_of(data, 100, length));
  REQUIRE(filled);
  const auto all = packets_of(train);
  REQUIRE(all.size() == range_symbols(length, symbol_bytes));
  CHECK(filled->packets == all.size());
  CHECK(filled->bytes_info == length);
  CHECK(filled->bytes_gross == all.size() * (symbol_bytes + 4));
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    REQUIRE(all[i].header.tag == tag);
    REQUIRE(all[i].header.block_bytes == length);
    REQUIRE(all[i].header.esi == i);
    for (std::uint32_t j = 0; j < symbol_bytes; ++j) {
      const auto at = i * symbol_bytes + j;
      const auto expected = at < length ? data[100 + at] : std::byte{0};
      if (all[i].symbol[j] != expected)
        FAIL("symbol " << i << " differs at " << j);
    }
  }
  check_countdown(all);
}

TEST_CASE("each repair channel has symbols of its own",
          "[actors][range_packets]") {
  const auto length = GENERATE(1u, 5000u, 32768u, 300'000u, mib);
  INFO(length << " bytes");
  const auto data = pattern(length, 2);
  const auto k = range_symbols(length, symbol_bytes);
  const auto source = range_of(data, 0, length);
  range_packets sender{symbol_bytes};
  packet_train train;
  for (const auto index :
       {0u, 1u, 7u, narrow_repair_channels - 1, narrow_repair_channels,
        narrow_repair_channels + 1, repair_channels - 1}) {
    const auto expected = repair_symbols(k, index);
    auto what = source;
    what.what = content::repair;
    what.index = index;
    const auto filled = sender.fill(train, what);
    REQUIRE(filled);
    CHECK(filled->packets == expected.count);
    CHECK(filled->bytes_info == 0);
    const auto all = packets_of(train);
    REQUIRE(all.size() == expected.count);
    for (std::uint32_t i = 0; i < expected.count; ++i) {
      CHECK(all[i].header.esi == expected.first_esi + i);
      CHECK(all[i].header.tag == tag);
      CHECK(all[i].header.block_bytes == length);
    }
    check_countdown(all);
  }
}

TEST_CASE("a block decodes from what is left of its data and from repair",
          "[actors][range_packets]") {
  const auto length = GENERATE(5000u, 32768u, 300'000u, mib);
  const auto data = pattern(length, 3);
  const auto k = range_symbols(length, symbol_bytes);
  const auto each = repair_channel_symbols(k);
  std::vector<std::byte> block(length);
  raptorq::block_decoder decoder{k, symbol_bytes, block};
  range_packets sender{symbol_bytes};
  packet_train train;
  auto what = range_of(data, 0, length);
  REQUIRE(sender.fill(train, what));
  std::uint32_t lost = 0;
  for (const auto& packet : packets_of(train)) {
    if (packet.header.esi % 10 == 3) {
      ++lost;
      continue;
    }
    decoder.add(packet.header.esi, packet.symbol);
  }
  REQUIRE(lost > 0);
  CHECK_FALSE(decoder.ready());
  what.what = content::repair;
  const auto channels = (lost + 4 + each - 1) / each;
  for (what.index = 0; what.index < channels; ++what.index) {
    REQUIRE(sender.fill(train, what));
    for (const auto& packet : packets_of(train))
      decoder.add(packet.header.esi, packet.symbol);
  }
  REQUIRE(decoder.decode() == raptorq::status::done);
  CHECK(block == data);
}

TEST_CASE("the block that is kept for repair is that of the last range",
          "[actors][range_packets]") {
  const auto data = pattern(3 * chunk_bytes, 4);
  const auto first_of = [&](range_packets& sender, const shared_channel& what) {
    packet_train train;
    REQUIRE(sender.fill(train, what));
    const auto symbol = packets_of(train).front().symbol;
    return std::vector<std::byte>(symbol.begin(), symbol.end());
  };
  const auto whole = range_of(data, 0, data.size(), content::repair);
  auto part = whole;
  std::get<indexed_range>(part.object.entry).range = {chunk_bytes, chunk_bytes};
  const auto other =
      range_of(pattern(3 * chunk_bytes, 5), 0, data.size(), content::repair);
  range_packets sender{symbol_bytes};
  for (const auto& what : std::vector{whole, part, other, part, whole}) {
    range_packets fresh{symbol_bytes};
    CHECK(first_of(sender, what) == first_of(fresh, what));
  }
}

TEST_CASE("what is sent and made ahead when much gets lost is the same",
          "[actors][range_packets]") {
  const auto length = GENERATE(5000u, 500'000u, mib);
  const auto data = pattern(length, 5);
  const auto from = make_blob_source(blob::copy_of(data));
  const auto asked = [&](content what, std::uint32_t index) {
    return shared_channel{
        what, {hash{}, indexed_range{from, {0, length}}}, tag, index};
  };
  range_packets calm{symbol_bytes};
  const auto store = std::make_shared<repair_store>();
  store->repair_asked(repair_store::batch::narrow, 1);
  store->repair_asked(repair_store::batch::wide, 1);
  range_packets busy{symbol_bytes, std::nullopt, store};
  packet_train expected;
  packet_train train;
  train.bytes.assign(2 * mib, std::byte{0xee}); // what another train left
  REQUIRE(calm.fill(expected, asked(content::data, 0)));
  REQUIRE(busy.fill(train, asked(content::data, 0)));
  CHECK((train.bytes == expected.bytes));
  const auto k = range_symbols(length, symbol_bytes);
  const auto ahead = 6 * repair_channel_symbols(k);
  CHECK_FALSE(store->find(from, {0, length}, k));
  busy.prepare_repair();
  CHECK(store->find(from, {0, length}, k));
  CHECK(store->find(from, {0, length}, k + ahead));
  for (const auto index :
       {narrow_repair_channels, narrow_repair_channels + 1})
    CHECK(store->find(from, {0, length}, repair_symbols(k, index).first_esi));
  for (const std::uint32_t index :
       {0u, 5u, 6u, 11u, 12u, 4095u, 4096u, 4097u, 4098u, 4607u}) {
    REQUIRE(calm.fill(expected, asked(content::repair, index)));
    REQUIRE(busy.fill(train, asked(content::repair, index)));
    INFO("repair channel " << index);
    CHECK((train.bytes == expected.bytes));
  }
}

TEST_CASE("a chunk is a block of its own", "[actors][range_packets]") {
  const auto data = pattern(chunk_bytes, 6);
  const shared_channel chunk{
      content::data,
      {hash{}, indexed_chunk{make_blob_source(blob::copy_of(data)),
                             {0, chunk_bytes}}},
      tag, 0};
  range_packets sender{symbol_bytes};
  packet_train train;
  REQUIRE(sender.fill(train, chunk));
  const auto all = packets_of(train);
  CHECK(all.size() == 24);
  CHECK(all.front().header.block_bytes == chunk_bytes);
}

TEST_CASE("a source that changed gives no packets", "[actors][range_packets]") {
  struct changing_source : source {
    std::uint64_t size() const noexcept override { return 10'000; }
    errc read_at(std::uint64_t, std::span<std::byte>) const override {
      return read;
    }
    errc check_unchanged() const override { return stamp; }
    errc read = errc::none;
    errc stamp = errc::none;
  };
  const auto from = std::make_shared<changing_source>();
  const auto what = GENERATE(content::data, content::repair);
  const shared_channel channel{
      what, {hash{}, indexed_range{from, {0, 10'000}}}, tag, 0};
  range_packets sender{symbol_bytes};
  packet_train train;
  const auto result = [&] {
    const auto filled = sender.fill(train, channel);
    return filled ? errc::none : filled.error().code;
  };
  SECTION("before it was read") {
    from->stamp = errc::source_changed;
    CHECK(result() == errc::source_changed);
  }
  SECTION("after it was read") {
    REQUIRE(result() == errc::none);
    from->stamp = errc::source_changed;
    CHECK(result() == errc::source_changed);
  }
  SECTION("while it is read") {
    from->read = errc::source_changed;
    CHECK(result() == errc::source_changed);
    from->read = errc::none; // and nothing of it is kept
    CHECK(result() == errc::none);
  }
  SECTION("or cannot be read") {
    from->read = errc::io_error;
    CHECK(result() == errc::io_error);
  }
}
