// SPDX-License-Identifier: BSD-3-Clause
// Whole shares and their receivers in a simulated world of faults. A seed that
// fails is replayed by scripts/simulate --seed N --verbose.
#include "tests/simulation/losses.hpp"
#include "tests/simulation/tally.hpp"
#include "tests/support/catch.hpp"

#include <fstream>
#include <sstream>

using namespace troupe;
using namespace troupe::test;

namespace {

/// The seeds that are kept, without their comments.
std::vector<std::uint64_t> kept_seeds() {
  std::ifstream file{TROUPE_TEST_DATA "/seeds.txt"};
  REQUIRE(file);
  std::vector<std::uint64_t> seeds;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    if (std::uint64_t seed = 0; words >> seed)
      seeds.push_back(seed);
  }
  return seeds;
}

void require_sound(std::uint64_t seed, tally& all) {
  const auto result = simulate(derive_scenario(seed));
  all.add(seed, result);
  INFO("replay: scripts/simulate --seed " << seed << " --verbose");
  if (result.broken)
    FAIL("step " << result.broken->step << ": " << result.broken->what);
}

} // namespace

TEST_CASE("the seeds that once failed hold", "[simulation]") {
  const auto seeds = kept_seeds();
  REQUIRE(seeds.size() >= 3);
  tally all;
  for (const auto seed : seeds)
    require_sound(seed, all);
}

TEST_CASE("whatever happens, each sync ends whole and says how",
          "[simulation]") {
  tally all;
  for (std::uint64_t seed = 1; seed <= 600; ++seed)
    require_sound(seed, all);
  // The dice have to leave something to see.
  CHECK(all.endings[errc::none] > all.syncs / 2);
  CHECK(all.endings.size() > 6);
  CHECK(all.kills > 20);
  CHECK(all.packets_lost > 1000);
  CHECK(all.key_streams > 100);
}

TEST_CASE("loss costs what it must, and little more", "[simulation]") {
  for (const auto& row : measure_losses(std::size_t{16} << 20, 1)) {
    INFO(row.what);
    CHECK(row.complete == row.syncs);
    CHECK(row.bytes_sent <= row.bytes_most);
  }
}

TEST_CASE("a scenario replays step by step", "[simulation]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    const auto plan = derive_scenario(seed);
    const auto first = simulate(plan);
    const auto second = simulate(plan);
    CHECK(first.steps == second.steps);
    CHECK(first.packets_sent == second.packets_sent);
    CHECK(first.packets_lost == second.packets_lost);
    CHECK(first.time == second.time);
    REQUIRE(first.syncs.size() == second.syncs.size());
    for (std::size_t i = 0; i < first.syncs.size(); ++i) {
      CHECK(first.syncs[i].at == second.syncs[i].at);
      CHECK(first.syncs[i].report.failure.code ==
            second.syncs[i].report.failure.code);
    }
  }
}
