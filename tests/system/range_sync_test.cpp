// SPDX-License-Identifier: BSD-3-Clause
// Range channels in simulated time: what they cost on the wire and in time.
#include "tests/support/catch.hpp"
#include "tests/support/world.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

struct outcome {
  double seconds = 0;
  double sent_per_byte = 0; ///< UDP payload
  sync_stats stats;
};

outcome run(std::uint64_t bytes, double loss, std::uint64_t seed = 1,
            std::size_t receivers = 1, std::chrono::nanoseconds turn = 0ms) {
  world w{{.seed = seed,
           .loss = loss,
           .rate_bits_per_s = 2'400'000'000,
           .paths = std::vector(receivers,
                                sim_path{.loss = loss, .turn = turn})},
          seed};
  const auto data = pattern(bytes, seed);
  w.add("file", data);
  w.start_share();
  std::vector<world::receiver> all(receivers);
  for (auto& one : all) {
    one.buffer.resize(bytes);
    w.start(one, world::request_for("file", one.buffer));
  }
  for (auto& one : all)
    w.advance_until([&] { return one.done(); }, 60s);
  outcome result;
  for (auto& one : all) {
    REQUIRE(one.done());
    INFO(one.report().failure.message());
    REQUIRE(one.report().ok());
    REQUIRE(one.buffer == data);
    result.stats = one.report().stats;
    result.seconds =
        std::max(result.seconds,
                 std::chrono::duration<double>(result.stats.elapsed).count());
  }
  result.sent_per_byte = static_cast<double>(w.counters->packets_sent) * 1384 /
                         static_cast<double>(bytes);
  return result;
}

constexpr std::uint64_t mib = 1 << 20;

} // namespace

TEST_CASE("without loss a range channel sends each symbol once",
          "[system][ranges]") {
  const auto r = run(16 * mib, 0);
  CHECK(r.sent_per_byte < 1.03);
  CHECK(r.stats.requests_repeated == 0);
  CHECK(r.stats.symbols_repair == 0);
  // 16 MiB at 2.4 Gbit/s take 57 ms.
  CHECK(r.seconds < 0.1);
}

TEST_CASE("repair symbols make up for loss and little more",
          "[system][ranges]") {
  const double loss = GENERATE(0.01, 0.05, 0.1);
  const auto clean = run(32 * mib, 0);
  double sent = 0, slower = 0;
  constexpr int seeds = 3;
  for (int seed = 1; seed <= seeds; ++seed) {
    const auto r = run(32 * mib, loss, seed);
    sent += r.sent_per_byte / seeds;
    slower += r.seconds / clean.seconds / seeds;
  }
  WARN("loss " << loss << ": " << sent / clean.sent_per_byte
               << " x the bytes, " << slower << " x the time");
  CHECK(sent <= clean.sent_per_byte * (1 / (1 - loss) + 0.02));
  CHECK(slower <= (loss < 0.02 ? 1.15 : loss < 0.07 ? 1.35 : 1.7));
}

TEST_CASE("receivers share one sending, and its repair", "[system][ranges]") {
  const double loss = GENERATE(0.0, 0.05);
  const auto one = run(16 * mib, loss);
  const auto four = run(16 * mib, loss, 1, 4);
  WARN("loss " << loss << ", four receivers: " << four.sent_per_byte << " (one: "
               << one.sent_per_byte << ") bytes for each, "
               << four.seconds / one.seconds << " x the time");
  CHECK(four.sent_per_byte <= (loss > 0 ? 1.25 : 1.03));
  CHECK(four.seconds <= 1.2 * one.seconds);
}

TEST_CASE("receivers that lose much share their repair", "[system][ranges]") {
  const std::size_t receivers = GENERATE(2, 4, 8);
  // Their processes run one after the other, as on a machine with few cores.
  const auto turn = GENERATE(0ms, 10ms);
  const auto one = run(64 * mib, 0.1, 1, 1, turn);
  const auto all = run(64 * mib, 0.1, 1, receivers, turn);
  WARN(receivers << " receivers, 10 % loss, turns of " << turn.count()
                 << " ms: " << all.sent_per_byte << " (one: "
                 << one.sent_per_byte << ") bytes for each, "
                 << all.seconds / one.seconds << " x the time");
  CHECK(all.sent_per_byte <= 1.4);
  CHECK(all.seconds <= 1.5 * one.seconds);
}
