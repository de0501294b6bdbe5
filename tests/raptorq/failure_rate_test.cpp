// SPDX-License-Identifier: BSD-3-Clause
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

#include <cmath>

namespace troupe::raptorq {

namespace {

using test::bytes;

struct failures {
  int with[3] = {}; // by symbols beyond K
};

// Tries to decode from K, K + 1, K + 2 random repair symbols, and some source
// symbols when `lost` is below K.
failures count_failures(std::uint32_t k, std::uint32_t lost, int trials,
                        std::uint64_t seed) {
  failures out;
  test::random_source random(seed);
  const bytes block = random.octets(k);
  block_encoder encoder(k, 1, block);
  bytes result(k);
  block_decoder decoder(k, 1, result);
  for (int n = 0; n < trials; ++n) {
    decoder.reset();
    std::vector<bool> gone(k);
    for (const std::uint32_t esi : random.choose(lost, 0, k))
      gone[esi] = true;
    for (std::uint32_t esi = 0; esi < k; ++esi)
      if (!gone[esi])
        decoder.add(esi, test::piece(block, esi, 1));
    const std::vector<std::uint32_t> esis = random.repair_esis(lost + 2, k);
    bytes symbols(esis.size());
    REQUIRE(encoder.repair(esis, symbols, 1) == status::done);
    for (std::uint32_t e = 0; e < esis.size(); ++e) {
      decoder.add(esis[e], test::piece(symbols, e, 1));
      if (e + 1 < lost)
        continue;
      if (decoder.decode() == status::done)
        break;
      ++out.with[e + 1 - lost];
    }
  }
  return out;
}

// Whether `seen` of `trials` is `expected` within a factor of two, as far as
// a sample of this size can tell (three standard deviations).
bool near(int seen, int trials, double expected) {
  const double low = trials * expected / 2;
  const double high = trials * expected * 2;
  return seen > low - 3 * std::sqrt(low) && seen < high + 3 * std::sqrt(high);
}

} // namespace

TEST_CASE("some lost symbols: K symbols fail about once in 256 times",
          "[rates]") {
  const int trials = test::thorough ? 20000 : 2000;
  const failures seen = count_failures(32, 4, trials, 45);
  INFO(seen.with[0] << ", " << seen.with[1] << ", " << seen.with[2] << " of "
                    << trials);
  REQUIRE(seen.with[0] > trials / 500);
  REQUIRE(seen.with[0] < trials / 150);
  REQUIRE(seen.with[1] <= 4);
  REQUIRE(seen.with[2] == 0);
}

TEST_CASE("repair symbols alone: K symbols fail about once in 120 times",
          "[rates]") {
  // Short LT rows make it likelier that some column is missed by all. The
  // same sets fail in other codecs, so the rate is the code's own.
  const int trials = test::thorough ? 20000 : 2000;
  const failures seen = count_failures(32, 32, trials, 73);
  INFO(seen.with[0] << ", " << seen.with[1] << ", " << seen.with[2] << " of "
                    << trials);
  REQUIRE(seen.with[0] > trials / 200);
  REQUIRE(seen.with[0] < trials / 80);
  REQUIRE(seen.with[1] <= 4);
  REQUIRE(seen.with[2] == 0);
}

TEST_CASE("failures of larger blocks are as rare", "[rates]") {
  const int trials = test::thorough ? 4000 : 60;
  const failures seen = count_failures(600, 300, trials, 43);
  INFO(seen.with[0] << ", " << seen.with[1] << ", " << seen.with[2] << " of "
                    << trials);
  if (test::thorough)
    REQUIRE(seen.with[0] > 2);
  REQUIRE(seen.with[0] < 3 + trials / 100);
  REQUIRE(seen.with[1] <= 2);
  REQUIRE(seen.with[2] == 0);
}

TEST_CASE("h symbols beyond K leave about one failure in 256^(h+1)",
          "[rates]") {
  if (!test::long_run()) {
    WARN("takes millions of blocks: only with TROUPE_LONG_TESTS=1");
    return;
  }
  constexpr int trials = 4000000;
  for (const std::uint32_t k : {10U, 32U, 60U}) {
    const failures seen = count_failures(k, (k + 7) / 8, trials, k);
    WARN("K = " << k << ": " << seen.with[0] << ", " << seen.with[1] << ", "
                << seen.with[2] << " of " << trials);
    CHECK(near(seen.with[0], trials, 1 / 256.0));
    CHECK(near(seen.with[1], trials, 1 / 65536.0));
    CHECK(near(seen.with[2], trials, 1 / 16777216.0));
  }
}

} // namespace troupe::raptorq
