// SPDX-License-Identifier: BSD-3-Clause
#include "tests/raptorq/peer_library.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

namespace troupe::raptorq {

namespace {

using test::bytes;
using test::peer_library;
using test::peer_payload_id;

std::uint8_t* octets(bytes& b) {
  return reinterpret_cast<std::uint8_t*>(b.data());
}

// All symbols of one block by both codecs.
void compare(const peer_library& peer, std::uint32_t k, std::uint16_t t) {
  test::random_source random(k);
  bytes block = random.octets(std::size_t{k} * t);
  block_encoder encoder(k, t, block);
  void* rq = peer.init(block.size(), t);
  REQUIRE(rq != nullptr);
  REQUIRE(peer.encode(rq, block.data(), block.size()) == 0);
  std::vector<std::uint32_t> esis = {0, k - 1, k, k + 1, k + 2, 0xfffffe};
  for (int n = 0; n < 60; ++n)
    esis.push_back(k + random.below(esi_limit - k));
  for (const std::uint32_t esi : esis) {
    INFO("K = " << k << ", ESI = " << esi);
    std::uint32_t pid = peer_payload_id(esi);
    bytes theirs(t);
    REQUIRE(peer.symbol(rq, &pid, octets(theirs), 0) != nullptr);
    REQUIRE(theirs == test::symbol_of(encoder, esi));
  }
  peer.free(rq);
}

// One symbol of a block of K, both ways of making it.
void compare_one(const peer_library& peer, std::uint32_t k, std::uint32_t esi) {
  INFO("K = " << k << ", ESI = " << esi);
  constexpr std::uint16_t t = 8;
  test::random_source random(esi);
  bytes block = random.octets(std::size_t{k} * t);
  void* rq = peer.init(block.size(), t);
  REQUIRE(rq != nullptr);
  REQUIRE(peer.encode(rq, block.data(), block.size()) == 0);
  std::uint32_t pid = peer_payload_id(esi);
  bytes theirs(t);
  REQUIRE(peer.symbol(rq, &pid, octets(theirs), 0) != nullptr);
  peer.free(rq);
  block_encoder encoder(k, t, block);
  REQUIRE(theirs == test::symbol_of(encoder, esi));
}

// One codec decodes what the other encoded, both ways.
void exchange(const peer_library& peer, std::uint32_t k, std::uint16_t t) {
  INFO("K = " << k);
  test::random_source random(k + 1);
  bytes block = random.octets(std::size_t{k} * t);
  block_encoder encoder(k, t, block);
  void* rq = peer.init(block.size(), t);
  REQUIRE(peer.encode(rq, block.data(), block.size()) == 0);
  const std::uint32_t spare = parameters_for(k)->k_prime - k + 5;
  std::vector<std::uint32_t> esis;
  for (std::uint32_t esi = k / 4; esi < k; ++esi)
    esis.push_back(esi);
  for (const std::uint32_t esi : random.choose(k / 4 + spare, k, 100000))
    esis.push_back(esi);
  bytes received;
  bytes ours(block.size());
  block_decoder decoder(k, t, ours);
  for (const std::uint32_t esi : esis) {
    const bytes symbol = test::symbol_of(encoder, esi);
    received.insert(received.end(), symbol.begin(), symbol.end());
    std::uint32_t pid = peer_payload_id(esi);
    bytes theirs(t);
    peer.symbol(rq, &pid, octets(theirs), 0);
    decoder.add(esi, theirs);
  }
  REQUIRE(decoder.decode() == status::done);
  REQUIRE(ours == block);
  peer.free(rq);
  rq = peer.init(block.size(), t);
  bytes theirs(block.size());
  REQUIRE(peer.decode(rq, octets(theirs), octets(received), esis.data(),
                      static_cast<std::uint32_t>(esis.size())) == 0);
  REQUIRE(theirs == block);
  peer.free(rq);
}

} // namespace

TEST_CASE("another codec makes the same symbols", "[peer]") {
  std::string why_not;
  const peer_library peer(why_not);
  if (!why_not.empty()) {
    WARN("skipped: " << why_not);
    return;
  }
  for (const std::uint32_t k : {1U, 2U, 10U, 11U, 31U, 32U, 33U, 64U, 69U, 97U,
                                128U, 200U, 256U, 511U, 512U, 600U})
    compare(peer, k, 64);
  if (test::thorough) {
    compare(peer, 1024, 64);
    compare(peer, 2000, 16);
  }
}

TEST_CASE("another codec agrees on 200 symbols chosen at random", "[peer]") {
  std::string why_not;
  const peer_library peer(why_not);
  if (!why_not.empty()) {
    WARN("skipped: " << why_not);
    return;
  }
  test::random_source random(200);
  for (int n = 0; n < 200; ++n) {
    const std::uint32_t k = 1 + random.below(1024);
    // Half of them near K, where ESIs are in practice.
    const std::uint32_t range = n % 2 == 0 ? 2 * k + 100 : esi_limit;
    compare_one(peer, k, random.below(range));
  }
}

TEST_CASE("another codec decodes our symbols and we decode its", "[peer]") {
  std::string why_not;
  const peer_library peer(why_not);
  if (!why_not.empty()) {
    WARN("skipped: " << why_not);
    return;
  }
  for (const std::uint32_t k : {8U, 32U, 97U, 128U, 256U, 520U, 1024U})
    exchange(peer, k, 64);
  test::random_source random(201);
  for (int n = 0; n < 20; ++n)
    exchange(peer, 4 + random.below(400), 24);
}

} // namespace troupe::raptorq
