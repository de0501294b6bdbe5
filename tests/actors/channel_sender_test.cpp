// SPDX-License-Identifier: BSD-3-Clause
#include "actors/object_packets.hpp"

#include "core/hasher.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recorders.hpp"

#include <set>

using namespace troupe;
using namespace troupe::test;

namespace {

object_directory::found chunk(const std::vector<std::byte>& data) {
  return {hash_of(hash_type::blake2b, data),
          indexed_chunk{make_blob_source(blob::copy_of(data)),
                        {0, data.size()}}};
}

std::vector<packet_view> packets_of(const packet_train& train) {
  std::vector<packet_view> result;
  for (std::size_t at = 0; at < train.bytes.size(); at += train.packet_bytes) {
    const auto packet =
        parse_packet(std::span{train.bytes}.subspan(at, train.packet_bytes));
    REQUIRE(packet);
    result.push_back(*packet);
  }
  return result;
}

} // namespace

TEST_CASE("a transmission is the source symbols, then distinct repair symbols",
          "[actors][object_packets]") {
  object_packets sender{hash_type::blake2b, 10};
  const auto size = GENERATE(1u, 1024u, 5000u, 32768u);
  const auto data = pattern(size, 1);
  packet_train train;
  const auto filled = sender.fill(train, chunk(data));
  REQUIRE(filled);
  const auto k = (size + 1023) / 1024;
  const auto k_prime = size == 32768 ? 32u : 10u;
  const auto all = packets_of(train);
  CHECK(all.size() == k_prime + 10);
  CHECK(filled->packets == all.size());
  std::set<std::uint32_t> seen;
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(all[i].object == hash_of(hash_type::blake2b, data));
    CHECK_FALSE(all[i].info);
    CHECK(seen.insert(all[i].id.encoding_symbol).second);
    if (i < k) {
      CHECK(all[i].id.encoding_symbol == i);
      const auto here = std::min<std::size_t>(1024, size - i * 1024);
      CHECK(std::equal(all[i].symbol.begin(),
                       all[i].symbol.begin() + static_cast<long>(here),
                       data.begin() + static_cast<long>(i * 1024)));
    } else {
      CHECK(all[i].id.encoding_symbol >= k);
    }
  }
}

TEST_CASE("two transmissions of a chunk share no repair symbol",
          "[actors][object_packets]") {
  object_packets sender{hash_type::blake2b, 10};
  const auto data = pattern(32768, 2);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 2; ++i) {
    packet_train train;
    REQUIRE(sender.fill(train, chunk(data)));
    for (const auto& packet : packets_of(train))
      if (packet.id.encoding_symbol >= 32)
        CHECK(seen.insert(packet.id.encoding_symbol).second);
  }
}

TEST_CASE("losing one superpacket leaves enough symbols",
          "[actors][object_packets]") {
  object_packets sender{hash_type::blake2b, 10};
  const auto size = GENERATE(1000u, 20'000u, 32768u);
  packet_train train;
  REQUIRE(sender.fill(train, chunk(pattern(size, 3))));
  const auto packets = train.bytes.size() / train.packet_bytes;
  CHECK(train.burst_packets >= 1);
  CHECK(packets - train.burst_packets > (size + 1023) / 1024);
  CHECK(train.burst_packets * train.packet_bytes < 65000);
}

TEST_CASE("a sealed transmission has the id and the count of the plain object",
          "[actors][object_packets][sealed]") {
  const auto key = seal_key::from_bytes(pattern(seal_key_bytes, 1));
  REQUIRE(key);
  object_packets sender{hash_type::blake2b, 10, *key};
  const auto data = pattern(32768, 4);
  std::vector<std::byte> sealed;
  packet_train train;
  const auto filled = sender.fill(train, chunk(data));
  REQUIRE(filled);
  CHECK(filled->bytes_info == 32768);
  const auto all = packets_of(train);
  CHECK(all.size() == 46); // K' = 36
  for (const auto& packet : all) {
    CHECK(packet.object == hash_of(hash_type::blake2b, data));
    if (packet.id.encoding_symbol < 33)
      sealed.insert(sealed.end(), packet.symbol.begin(), packet.symbol.end());
  }
  sealed.resize(data.size() + seal_overhead_bytes);
  const auto plain = unseal(sealed, *key);
  REQUIRE(plain);
  CHECK(std::equal(data.begin(), data.end(), plain->view().begin(),
                   plain->view().end()));
}
