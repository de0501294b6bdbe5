// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sealed_channel.hpp"

#include "actors/object_packets.hpp"
#include "core/hasher.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recorders.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

using packets = std::vector<std::vector<std::byte>>;
using result = sealed_channel::result;

seal_key test_key(std::uint64_t seed) {
  return *seal_key::from_bytes(pattern(seal_key_bytes, seed));
}

ip6_address host(std::uint8_t number) {
  ip6_address address;
  address.bytes[0] = 0xfe;
  address.bytes[1] = 0x80;
  address.bytes[15] = number;
  return address;
}

/// The packets of one transmission of a chunk, sealed if there is a key.
packets transmit(const std::vector<std::byte>& data,
                 std::optional<seal_key> key, bool as_object = false) {
  object_packets sender{hash_type::blake2b, 10, std::move(key)};
  packet_train train;
  const auto id = hash_of(hash_type::blake2b, data);
  if (as_object)
    REQUIRE(sender.fill(train, {id, indexed_object{blob::copy_of(data)}}));
  else
    REQUIRE(sender.fill(
        train, {id, indexed_chunk{make_blob_source(blob::copy_of(data)),
                                  {0, data.size()}}}));
  packets all;
  for (std::size_t at = 0; at < train.bytes.size(); at += train.packet_bytes)
    all.emplace_back(train.bytes.begin() + static_cast<long>(at),
                     train.bytes.begin() +
                         static_cast<long>(at + train.packet_bytes));
  return all;
}

packets part(const packets& all, std::size_t first, std::size_t last) {
  return {all.begin() + static_cast<long>(first),
          all.begin() + static_cast<long>(std::min(last, all.size()))};
}

packets operator+(packets a, const packets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

struct counts {
  int wrong_hash = 0;
  int not_opened = 0;
  int not_sealed = 0;
  bool complete = false;
};

counts feed(sealed_channel& channel, const packets& all,
            const ip6_address& from = host(1)) {
  counts seen;
  for (const auto& bytes : all) {
    const auto packet = parse_packet(bytes);
    REQUIRE(packet);
    const auto news = channel.take(*packet, from);
    seen.wrong_hash += news == result::wrong_hash;
    seen.not_opened += news == result::not_opened;
    seen.not_sealed += news == result::not_sealed;
    if (news == result::complete) {
      seen.complete = true;
      break;
    }
  }
  return seen;
}

bool equal(const blob& got, const std::vector<std::byte>& data) {
  return std::equal(got.view().begin(), got.view().end(), data.begin(),
                    data.end());
}

struct chunk_fixture {
  std::vector<std::byte> data = pattern(32768, 1);
  seal_key key = test_key(1);
  sealed_channel channel{key,
                         {hash_type::blake2b},
                         hash_of(hash_type::blake2b, data),
                         32768};
};

} // namespace

TEST_CASE_METHOD(chunk_fixture, "a sealed chunk opens from its 33 symbols",
                 "[actors][sealed]") {
  const auto all = transmit(data, key);
  REQUIRE(all.size() == 46); // K = 33, K' = 36
  CHECK_FALSE(feed(channel, part(all, 0, 32)).complete);
  CHECK(feed(channel, part(all, 32, 33)).complete);
  CHECK(equal(channel.found().plain, data));
  CHECK(channel.found().symbols_source == 33);
}

TEST_CASE_METHOD(chunk_fixture, "repair symbols stand in for lost sealed ones",
                 "[actors][sealed]") {
  const auto all = transmit(data, key);
  REQUIRE(feed(channel, part(all, 0, 5) + part(all, 17, 46)).complete);
  CHECK(equal(channel.found().plain, data));
}

TEST_CASE_METHOD(chunk_fixture, "no two transmissions are alike",
                 "[actors][sealed]") {
  const auto first = transmit(data, key);
  const auto second = transmit(data, key);
  for (std::size_t i = 0; i < first.size(); ++i)
    CHECK(first[i] != second[i]);
}

TEST_CASE_METHOD(chunk_fixture,
                 "a transmission that began before the join does no harm",
                 "[actors][sealed]") {
  // Whatever was heard of the first, the second opens with its 33rd symbol.
  for (std::size_t from = 0; from <= 46; ++from) {
    INFO("the first from symbol " << from);
    sealed_channel late{key, {hash_type::blake2b},
                        hash_of(hash_type::blake2b, data), 32768};
    const auto first = transmit(data, key);
    const auto seen = feed(late, part(first, from, 46));
    CHECK(seen.complete == (46 - from >= 33));
    CHECK(seen.not_opened == 0);
    if (seen.complete)
      continue;
    const auto second = transmit(data, key);
    CHECK(feed(late, part(second, 0, 33)).complete);
    CHECK(equal(late.found().plain, data));
  }
}

TEST_CASE_METHOD(chunk_fixture,
                 "one that breaks off is given up for the one that follows",
                 "[actors][sealed]") {
  for (std::size_t until = 0; until < 33; ++until) {
    INFO("the first until symbol " << until);
    sealed_channel one{key, {hash_type::blake2b},
                       hash_of(hash_type::blake2b, data), 32768};
    CHECK_FALSE(feed(one, part(transmit(data, key), 0, until)).complete);
    CHECK(feed(one, part(transmit(data, key), 0, 33)).complete);
    CHECK(equal(one.found().plain, data));
  }
}

TEST_CASE_METHOD(chunk_fixture, "two sharers at once do not disturb each other",
                 "[actors][sealed]") {
  const auto a = transmit(data, key);
  const auto b = transmit(data, key);
  counts seen;
  for (std::size_t i = 0; i < 46 && !seen.complete; ++i) {
    if (i % 3 != 0) // either loses some
      seen = feed(channel, part(a, i, i + 1), host(1));
    if (i % 4 != 0 && !seen.complete)
      seen = feed(channel, part(b, i, i + 1), host(2));
  }
  REQUIRE(seen.complete);
  CHECK(equal(channel.found().plain, data));
}

TEST_CASE_METHOD(chunk_fixture, "a repeated packet is no news",
                 "[actors][sealed]") {
  const auto all = transmit(data, key);
  for (std::size_t i = 0; i < 32; ++i) {
    const auto packet = parse_packet(all[i]);
    CHECK(channel.take(*packet, host(1)) == result::more);
    CHECK(channel.take(*packet, host(1)) == result::nothing);
  }
}

TEST_CASE("another key is noticed once for each transmission",
          "[actors][sealed]") {
  for (const std::size_t size : {1u, 900u, 985u, 5000u, 32768u}) {
    INFO("size " << size);
    const auto data = pattern(size, 2);
    sealed_channel channel{test_key(2), {hash_type::blake2b},
                           hash_of(hash_type::blake2b, data),
                           static_cast<std::uint32_t>(size)};
    for (int round = 1; round <= 5; ++round) {
      const auto seen = feed(channel, transmit(data, test_key(1)));
      CHECK_FALSE(seen.complete);
      CHECK(seen.not_opened == 1);
    }
    // And the right one still opens.
    CHECK(feed(channel, transmit(data, test_key(2))).complete);
  }
}

TEST_CASE("an object that is not sealed is told from a wrong key",
          "[actors][sealed]") {
  const auto data = pattern(5000, 3);
  sealed_channel channel{test_key(1), {hash_type::blake2b}, {}};
  const auto plain = feed(channel, transmit(data, std::nullopt, true));
  CHECK(plain.not_sealed == 1);
  CHECK(plain.not_opened == 0);
  CHECK(feed(channel, transmit(data, test_key(9), true)).not_opened == 1);
  CHECK(feed(channel, transmit(data, test_key(1), true)).complete);
  CHECK(equal(channel.found().plain, data));
}

TEST_CASE("an empty object can be sealed, too", "[actors][sealed]") {
  sealed_channel channel{test_key(1), {hash_type::blake2b}, {}};
  REQUIRE(feed(channel, transmit({}, test_key(1), true)).complete);
  CHECK(channel.found().plain.empty());
}

TEST_CASE("content that is not what its id says is refused though it opens",
          "[actors][sealed]") {
  const auto data = pattern(5000, 4);
  auto all = transmit(data, test_key(1), true);
  for (auto& packet : all)
    packet[0] ^= std::byte{1}; // another object id
  sealed_channel channel{test_key(1), {hash_type::blake2b}, {}};
  const auto seen = feed(channel, all);
  CHECK_FALSE(seen.complete);
  CHECK(seen.wrong_hash >= 1);
}

TEST_CASE("an object beyond the limit is passed over", "[actors][sealed]") {
  const auto data = pattern(5000, 5);
  const auto all = transmit(data, test_key(1), true);
  sealed_channel small{test_key(1), {hash_type::blake2b}, {4999, 4}};
  sealed_channel enough{test_key(1), {hash_type::blake2b}, {5000, 4}};
  CHECK(small.take(*parse_packet(all[0]), host(1)) == result::nothing);
  CHECK(enough.take(*parse_packet(all[0]), host(1)) == result::more);
}

TEST_CASE("transmissions on a bad network open or are given up, never mixed",
          "[actors][sealed]") {
  int opened = 0;
  constexpr int seeds = 300;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    INFO("seed " << seed);
    seeded_random random{seed};
    const auto size = 1 + random.below(32768);
    const auto data = pattern(size, seed);
    const auto key = test_key(seed);
    sealed_channel channel{key, {hash_type::blake2b},
                           hash_of(hash_type::blake2b, data),
                           static_cast<std::uint32_t>(size)};
    bool complete = false;
    int refused = 0;
    for (int round = 0; round < 12 && !complete; ++round) {
      auto all = transmit(data, key);
      packets arrived;
      for (std::size_t i = random.below(3) == 0 ? random.below(all.size()) : 0;
           i < all.size(); ++i) {
        if (random.below(100) < 25)
          continue; // lost
        arrived.push_back(all[i]);
        if (random.below(100) < 5)
          arrived.push_back(all[i]); // twice
        if (arrived.size() > 8 && random.below(100) < 5) // late
          std::swap(arrived.back(),
                    arrived[arrived.size() - 2 - random.below(6)]);
      }
      const auto seen = feed(channel, arrived);
      complete = seen.complete;
      refused += seen.not_opened;
    }
    opened += complete;
    if (complete)
      REQUIRE(equal(channel.found().plain, data));
    // The key is right, so hardly anything may speak against it.
    CHECK(refused <= 2);
  }
  CHECK(opened == seeds);
}

TEST_CASE("forged symbols cost time, not truth", "[actors][sealed]") {
  int opened = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    seeded_random random{seed};
    const auto data = pattern(32768, seed);
    const auto key = test_key(seed);
    sealed_channel channel{key, {hash_type::blake2b},
                           hash_of(hash_type::blake2b, data), 32768};
    for (int round = 0; round < 20; ++round) {
      auto all = transmit(data, key);
      // One forged packet now and then, anywhere in a transmission.
      if (round < 10) {
        auto forged = all[random.below(all.size())];
        forged[100] ^= std::byte{0x40};
        all.insert(all.begin() + static_cast<long>(random.below(all.size())),
                   forged);
      }
      if (feed(channel, all).complete) {
        ++opened;
        REQUIRE(equal(channel.found().plain, data));
        break;
      }
    }
  }
  CHECK(opened == 100);
}

TEST_CASE("nonsense without end takes bounded memory", "[actors][sealed]") {
  sealed_collector one{32768 + seal_overhead_bytes};
  const auto key = test_key(1);
  seeded_random random{1};
  for (int i = 0; i < 5000; ++i) {
    const auto symbol = pattern(classic_symbol_bytes, 1 + random.below(1000));
    one.add({0, static_cast<std::uint32_t>(random.below(80))}, symbol);
    CHECK_FALSE(one.open(key).plain);
    REQUIRE(one.held() <= 2 * 33 + 64);
  }
}
