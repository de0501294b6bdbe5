// SPDX-License-Identifier: BSD-3-Clause
// What channel_receiver does with the packets of range channels.
#include "actors/channel_receiver.hpp"
#include "actors/range_packets.hpp"
#include "core/hasher.hpp"
#include "core/range_index.hpp"
#include "core/subtree.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recorders.hpp"
#include "transport/range_packet.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

using packets = std::vector<std::vector<std::byte>>;

constexpr std::uint16_t symbol_bytes = default_range_symbol_bytes;
constexpr std::uint32_t tag = 0x11223344;
constexpr std::uint32_t mib = range_chunks * chunk_bytes;
constexpr auto type = hash_type::blake2b;

packets some(const packets& all, std::size_t first, std::size_t count) {
  return {all.begin() + static_cast<long>(first),
          all.begin() + static_cast<long>(first + count)};
}

struct fixture : actor_fixture {
  std::shared_ptr<supervisor_log> told = std::make_shared<supervisor_log>();
  std::shared_ptr<writer_log> written = std::make_shared<writer_log>();
  std::shared_ptr<block_pool> pool = std::make_shared<block_pool>(mib, 2);
  channel_receiver_actor receiver;
  std::vector<std::byte> data;
  std::vector<ip6_address> trusted; ///< of the channels to come

  fixture() {
    receiver = system.spawn(channel_receiver,
                            system.spawn(recording_supervisor, told),
                            system.spawn(recording_writer, written),
                            channel_receiver_options{});
    settle();
  }
  ~fixture() {
    caf::anon_send_exit(receiver, caf::exit_reason::user_shutdown);
    settle();
  }

  std::uint32_t k() const {
    return range_symbols(static_cast<std::uint32_t>(data.size()), symbol_bytes);
  }
  /// The packets of the data channel, or of a repair channel.
  packets transmit(std::optional<std::uint32_t> repair = {},
                   std::uint32_t with_tag = tag) const {
    range_packets sender{symbol_bytes};
    packet_train train;
    REQUIRE(sender.fill(
        train, {repair ? shared_channel::content::repair
                       : shared_channel::content::data,
                {hash{}, indexed_range{make_blob_source(blob::copy_of(data)),
                                       {0, data.size()}}},
                with_tag, repair.value_or(0)}));
    packets result;
    for (std::size_t at = 0; at < train.bytes.size(); at += train.packet_bytes)
      result.emplace_back(train.bytes.begin() + static_cast<long>(at),
                          train.bytes.begin() +
                              static_cast<long>(at + train.packet_bytes));
    return result;
  }

  /// Everything in place, in one piece.
  std::vector<placed_piece> whole() const {
    return {{0, static_cast<std::uint32_t>(data.size()), 7'000'000}};
  }
  void open_for(std::vector<std::byte> content,
                std::vector<placed_piece> pieces = {}, channel_id id = 1) {
    data = std::move(content);
    open_channel what;
    what.channel = id;
    what.what = open_channel::content::range;
    what.size_bytes = static_cast<std::uint32_t>(data.size());
    what.types = {type};
    what.pieces = pieces.empty() ? whole() : std::move(pieces);
    what.range = {symbol_bytes, tag, {}, pool};
    what.trusted = trusted;
    for (std::uint64_t i = 0; i < chunk_count(data.size()); ++i) {
      const auto range = chunk_range(data.size(), i);
      what.range.chunks.push_back(hash_of(
          type, std::span{data}.subspan(range.offset, range.length)));
    }
    compat::anon_send(receiver, what);
    settle();
  }
  void deliver(const packets& all, channel_id id = 1, ip6_address from = {}) {
    auto slab = std::make_shared<packets>(all);
    symbol_batch msg;
    msg.channel = id;
    msg.batch.slab = slab;
    msg.batch.from = from;
    for (const auto& one : *slab)
      msg.batch.packets.emplace_back(one);
    compat::anon_send(receiver, std::move(msg));
    settle();
  }
  bool is_right(const verified_chunk& chunk, const placed_piece& piece) const {
    const auto got = chunk.data.view().subspan(piece.from, piece.length);
    return std::equal(got.begin(), got.end(),
                      data.begin() + static_cast<long>(piece.from));
  }
};

const ip6_address sharer{{0xfe, 0x80, 1}};
const ip6_address forger{{0xfe, 0x80, 2}};
const ip6_address other_forger{{0xfe, 0x80, 3}};

/// The same headers with other symbols.
packets forged(packets all) {
  for (auto& packet : all)
    for (std::size_t i = range_header_bytes; i < packet.size(); ++i)
      packet[i] ^= std::byte{0x5a};
  return all;
}

#define RANGE_TEST(name)                                                       \
  TEST_CASE_METHOD(fixture, name, "[actors][channel_receiver][ranges]")

} // namespace

RANGE_TEST("a range is verified and written in one piece") {
  const auto size =
      GENERATE(1u, 1368u, 1369u, 32768u, 32769u, 5 * 32768u + 100, mib);
  INFO(size << " bytes");
  open_for(pattern(size, 1));
  const auto all = transmit();
  deliver(all);
  REQUIRE(written->size() == 1);
  const auto& got = written->front();
  CHECK(got.channel == 1);
  CHECK(got.data.size() == size);
  REQUIRE(got.pieces.size() == 1);
  CHECK(got.pieces[0].length == size);
  CHECK(got.pieces[0].to == 7'000'000);
  CHECK(is_right(got, got.pieces[0]));
  REQUIRE(told->chunks.size() == 1);
  CHECK(told->chunks[0].channel == 1);
  CHECK(told->chunks[0].type == type);
  CHECK(told->chunks[0].symbols_source == k());
  CHECK(told->chunks[0].symbols_repair == 0);
  CHECK(told->symbols.empty());
}

RANGE_TEST("what is missing is told, and repair symbols make up for it") {
  open_for(pattern(mib, 2));
  auto all = transmit();
  REQUIRE(all.size() == 767);
  all.erase(all.begin() + 100, all.begin() + 120);
  deliver(all);
  CHECK(written->empty());
  REQUIRE(told->symbols.size() == 1);
  CHECK(told->symbols[0].symbols_missing == 20);
  CHECK(told->symbols[0].passes_ended == 1);
  CHECK_FALSE(told->symbols[0].is_end_near);
  deliver(transmit(0u));
  REQUIRE(told->symbols.size() == 2);
  CHECK(told->symbols[1].symbols_missing == 12);
  CHECK(told->symbols[1].passes_ended == 1);
  for (std::uint32_t i = 1; written->empty() && i < 4; ++i)
    deliver(transmit(i));
  REQUIRE(written->size() == 1);
  CHECK(is_right(written->front(), whole().front()));
  CHECK(told->chunks.front().symbols_source == 747);
  CHECK(told->chunks.front().symbols_repair >= 20);
}

RANGE_TEST("repair symbols alone make a range") {
  open_for(pattern(5000, 3)); // K = 4, two symbols a channel
  for (std::uint32_t i = 10; written->empty() && i < 14; ++i)
    deliver(transmit(i));
  REQUIRE(written->size() == 1);
  CHECK(is_right(written->front(), whole().front()));
  CHECK(told->chunks.front().symbols_source == 0);
}

RANGE_TEST("a forged symbol costs the chunks that it touches and no other") {
  // Chunks 0 and 1 go to one place, 2 to two others; 3 is not wanted.
  open_for(pattern(4 * chunk_bytes + 50, 4),
           {{0, 2 * chunk_bytes, 0},
            {2 * chunk_bytes, chunk_bytes, 900'000},
            {2 * chunk_bytes, chunk_bytes, 500'000},
            {4 * chunk_bytes, 50, 800'000}});
  auto all = transmit();
  const auto spoil = [&](std::uint64_t offset) {
    all[offset / symbol_bytes][range_header_bytes + offset % symbol_bytes] ^=
        std::byte{1};
  };
  SECTION("one that is wanted") {
    spoil(chunk_bytes + 5);
    deliver(all);
    REQUIRE(told->ranges.size() == 1);
    CHECK(told->ranges[0].channel == 1);
    CHECK(told->ranges[0].bad_chunks == 0b00010);
    CHECK(told->ranges[0].is_any_good);
    REQUIRE(written->size() == 1);
    const auto& pieces = written->front().pieces;
    REQUIRE(pieces.size() == 4);
    CHECK(pieces[0].from == 0);
    CHECK(pieces[0].length == chunk_bytes);
    CHECK(pieces[0].to == 0);
    CHECK(pieces[1].to == 900'000);
    CHECK(pieces[2].to == 500'000);
    CHECK(pieces[3].length == 50);
    for (const auto& piece : pieces)
      CHECK(is_right(written->front(), piece));
  }
  SECTION("one that is not wanted") {
    spoil(3 * chunk_bytes + 2000);
    deliver(all);
    REQUIRE(told->ranges.size() == 1);
    CHECK(told->ranges[0].bad_chunks == 0b01000);
    CHECK(told->ranges[0].is_any_good);
    REQUIRE(written->size() == 1);
    CHECK(written->front().pieces.size() == 5); // chunk by chunk
    for (const auto& piece : written->front().pieces)
      CHECK(is_right(written->front(), piece));
  }
  SECTION("all of them") {
    for (std::uint64_t chunk = 0; chunk < 5; ++chunk)
      spoil(chunk * chunk_bytes);
    deliver(all);
    REQUIRE(told->ranges.size() == 1);
    CHECK(told->ranges[0].bad_chunks == 0b11111);
    CHECK_FALSE(told->ranges[0].is_any_good);
    CHECK(written->empty());
  }
  CHECK(told->chunks.empty());
  CHECK(told->rejected.empty());
  deliver(transmit()); // the range is done with
  CHECK(told->chunks.empty());
}

RANGE_TEST("a forged repair symbol lets nothing false through") {
  open_for(pattern(mib, 5));
  auto all = transmit();
  all.erase(all.begin() + 40, all.begin() + 44);
  deliver(all);
  auto repair = transmit(0u);
  repair[2][500] ^= std::byte{0x10};
  deliver(repair);
  REQUIRE(told->ranges.size() == 1);
  CHECK(told->chunks.empty());
  // What was sent as it is, is right: symbols 40 to 43 lie in two chunks.
  CHECK((told->ranges[0].bad_chunks & ~0b110u) == 0);
  CHECK(told->ranges[0].bad_chunks != 0);
  REQUIRE(written->size() == 1);
  for (const auto& piece : written->front().pieces)
    CHECK(is_right(written->front(), piece));
}

RANGE_TEST("a single chunk that is forged is collected again") {
  open_for(pattern(chunk_bytes, 6));
  auto all = transmit();
  all[3][100] ^= std::byte{1};
  deliver(all);
  CHECK(told->rejected == std::vector<channel_id>{1});
  CHECK(told->ranges.empty());
  CHECK(written->empty());
  deliver(transmit());
  REQUIRE(written->size() == 1);
  CHECK(is_right(written->front(), whole().front()));
}

RANGE_TEST("packets that do not fit the range are passed over") {
  open_for(pattern(40'000, 7));
  const auto good = transmit();
  SECTION("another tag") { deliver(transmit({}, tag + 1)); }
  SECTION("another length") {
    auto all = good;
    for (auto& packet : all)
      packet[11] ^= std::byte{1};
    deliver(all);
  }
  SECTION("another symbol size") {
    auto all = good;
    for (auto& packet : all)
      packet.resize(packet.size() - 4);
    deliver(all);
    for (auto& packet : all)
      packet.resize(packet.size() + 8);
    deliver(all);
  }
  SECTION("of a later version") {
    auto all = good;
    for (auto& packet : all)
      packet[1] = std::byte{2};
    deliver(all);
  }
  SECTION("noise") {
    deliver({pattern(1384, 8), pattern(1060, 9), pattern(16, 10), {}});
  }
  SECTION("of a channel that was closed") { deliver(good, 2); }
  CHECK(told->symbols.empty());
  CHECK(told->rejected.empty());
  CHECK(written->empty());
  deliver(good);
  CHECK(written->size() == 1);
}

RANGE_TEST("the end of an answer is told even if its last packet is lost") {
  open_for(pattern(mib, 11));
  const auto all = transmit();
  SECTION("nothing is near in the middle of it") {
    deliver(some(all, 0, 763));
    REQUIRE(told->symbols.size() == 1);
    CHECK(told->symbols[0].passes_ended == 0);
    CHECK_FALSE(told->symbols[0].is_end_near);
    CHECK(told->symbols[0].symbols_missing == 4);
  }
  SECTION("one to three packets before the end it is near") {
    const auto last = GENERATE(763u, 764u, 765u);
    deliver({all[last]});
    REQUIRE(told->symbols.size() == 1);
    CHECK(told->symbols[0].passes_ended == 0);
    CHECK(told->symbols[0].is_end_near);
  }
  SECTION("the last packet ends it") {
    deliver({all[766]});
    REQUIRE(told->symbols.size() == 1);
    CHECK(told->symbols[0].passes_ended == 1);
    CHECK_FALSE(told->symbols[0].is_end_near);
  }
  SECTION("so does a batch with the whole countdown") {
    deliver(some(all, 760, 7));
    REQUIRE(told->symbols.size() == 1);
    CHECK(told->symbols[0].passes_ended == 1);
    CHECK_FALSE(told->symbols[0].is_end_near);
  }
}

RANGE_TEST("each repair channel ends once, the data whenever it is sent") {
  open_for(pattern(mib, 12));
  deliver({transmit(0u).back()});
  deliver({transmit(0u).back()});
  deliver({transmit(1u).back(), transmit(2u).back()});
  deliver({transmit(0u)[6]}); // near an end that was heard before
  const auto data_end = transmit().back();
  deliver({data_end});
  deliver({data_end}); // no news but the end of another sending
  std::vector<std::uint32_t> ended, repairs;
  for (const auto& one : told->symbols) {
    ended.push_back(one.passes_ended);
    repairs.insert(repairs.end(), one.repairs_ended.begin(),
                   one.repairs_ended.end());
    CHECK_FALSE(one.is_end_near);
  }
  CHECK(ended == std::vector<std::uint32_t>{1, 2, 0, 1, 1});
  CHECK(repairs == std::vector<std::uint32_t>{0, 1, 2});
}

RANGE_TEST("what a forger sends is not mixed with what the sharer sends") {
  const auto size = GENERATE(32768u, 3 * 32768u);
  trusted = {sharer};
  open_for(pattern(size, 41));
  const auto all = transmit();
  const auto bad = forged(all);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    deliver(some(bad, i, 1), 1, forger);
    deliver(some(all, i, 1), 1, sharer);
  }
  deliver(some(bad, bad.size() - 1, 1), 1, forger);
  REQUIRE(told->rejected == std::vector<channel_id>{1});
  deliver(bad, 1, forger); // refused for good
  CHECK(told->rejected.size() == 1);
  CHECK(told->ranges.empty());
  CHECK(written->empty());
  deliver(some(all, all.size() - 1, 1), 1, sharer);
  REQUIRE(written->size() == 1);
  CHECK(is_right(written->front(), written->front().pieces.front()));
  REQUIRE(told->chunks.size() == 1);
  CHECK(told->chunks.front().from == sharer);
  CHECK(told->chunks.front().symbols_source == all.size());
}

RANGE_TEST("who is trusted finds room among forgers who never finish") {
  trusted = {sharer};
  open_for(pattern(mib, 42));
  const auto all = transmit();
  const auto bad = forged(all);
  for (std::uint8_t host = 0; host < 100; ++host) {
    const ip6_address who{{0xfe, 0x80, 9, host}};
    deliver(some(bad, host, 1), 1, who);
  }
  // Two blocks at most, of which one is the pool's spare.
  deliver(all, 1, sharer);
  CHECK(written->size() == 1);
}

RANGE_TEST("a forger at the end of the line ends no answer") {
  trusted = {sharer};
  open_for(pattern(mib, 43));
  const auto all = transmit();
  deliver(some(all, 0, all.size() / 2), 1, sharer);
  const auto before = told->symbols.size();
  const auto missing = told->symbols.back().symbols_missing;
  deliver(some(forged(all), all.size() - 1, 1), 1, forger); // countdown 1
  REQUIRE(told->symbols.size() == before + 1);
  CHECK(told->symbols.back().passes_ended == 0);
  CHECK(told->symbols.back().symbols_missing == missing);
}

RANGE_TEST("as long as nobody is trusted a wrong range is given up") {
  open_for(pattern(3 * 32768u, 44));
  deliver(forged(transmit()), 1, other_forger);
  REQUIRE(told->ranges.size() == 1);
  CHECK(told->ranges.front().from == other_forger);
  CHECK(told->ranges.front().bad_chunks == 7);
}
