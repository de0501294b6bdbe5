// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/generator.hpp"
#include "raptorq/recover.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

namespace troupe::raptorq {

namespace {

using test::bytes;

const std::uint8_t* octets(std::span<const std::byte> in) {
  return reinterpret_cast<const std::uint8_t*>(in.data());
}

// A block of which some symbols are lost, with memory for the results.
struct damaged_block {
  damaged_block(std::uint32_t k, std::uint32_t t, std::uint32_t lost,
                std::uint32_t extra, std::uint64_t seed)
      : random(seed), block(random.octets(std::size_t{k} * t)),
        result(std::size_t{lost} * t) {
    received.code = parameters_for(k).value();
    received.k = k;
    received.symbol_bytes = t;
    for (std::uint32_t n = 0; n < k; ++n)
      received.source.push_back(octets(test::piece(block, n, t)));
    received.lost = random.choose(lost, 0, k);
    std::sort(received.lost.begin(), received.lost.end());
    for (const std::uint32_t esi : received.lost)
      received.source[esi] = nullptr;
    for (std::uint32_t n = 0; n < lost; ++n)
      received.out.push_back(reinterpret_cast<std::uint8_t*>(result.data()) +
                             std::size_t{n} * t);
    block_encoder encoder(k, t, block);
    const std::vector<std::uint32_t> esis =
        random.choose(lost + extra, k, 100000);
    repairs.resize(esis.size() * t);
    encoder.repair(esis, repairs, t);
    for (std::size_t n = 0; n < esis.size(); ++n) {
      received.repair_isi.push_back(esis[n] + received.code.k_prime - k);
      received.repair.push_back(octets(test::piece(repairs, n, t)));
    }
  }

  bool right() const {
    for (std::size_t n = 0; n < received.lost.size(); ++n) {
      const std::size_t t = received.symbol_bytes;
      const auto is = test::piece(result, n, t);
      const auto should = test::piece(block, received.lost[n], t);
      if (!std::equal(is.begin(), is.end(), should.begin()))
        return false;
    }
    return true;
  }

  test::random_source random;
  bytes block;
  bytes repairs;
  bytes result;
  received_block received;
};

} // namespace

TEST_CASE("all ways of recovering lost symbols agree", "[blocks]") {
  int refused = 0;
  for (const std::uint32_t k : {1U, 10U, 32U, 97U, 300U, 512U, 1000U})
    for (const std::uint32_t t : {1U, 40U, 64U, 200U})
      for (std::uint32_t lost = 1; lost <= k; lost = lost * 3 + 1)
        for (const std::uint32_t extra : {0U, 1U, 4U}) {
          INFO("K = " << k << ", T = " << t << ", lost " << lost << ", "
                      << extra << " more than needed");
          const std::uint64_t seed = k * 1000 + lost * 10 + extra;
          damaged_block planned(k, t, lost, extra, seed);
          const bool found = recover_planned(planned.received);
          REQUIRE(planned.right() == found);
          refused += found ? 0 : 1;
          damaged_block difference(k, t, lost, extra, seed);
          REQUIRE(recover_difference(difference.received) == found);
          REQUIRE(difference.right() == found);
          if (generator_for(planned.received.code) == nullptr)
            continue;
          damaged_block dense(k, t, lost, extra, seed);
          REQUIRE(recover_dense(dense.received) == found);
          REQUIRE(dense.right() == found);
        }
  REQUIRE(refused < 5);
}

TEST_CASE("all ways of recovering agree on what cannot be recovered",
          "[blocks]") {
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    damaged_block dense(20, 1, 20, 0, seed);
    damaged_block planned(20, 1, 20, 0, seed);
    damaged_block difference(20, 1, 20, 0, seed);
    const bool found = recover_dense(dense.received);
    REQUIRE(recover_planned(planned.received) == found);
    REQUIRE(recover_difference(difference.received) == found);
    refused += found ? 0 : 1;
  }
  REQUIRE(refused > 3);
  REQUIRE(refused < 60);
}

} // namespace troupe::raptorq
