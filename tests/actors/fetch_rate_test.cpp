// SPDX-License-Identifier: BSD-3-Clause
#include "actors/fetch_rate.hpp"

#include "tests/support/catch.hpp"

#include <random>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

/// Bytes that come in `time` when each request is answered `delay` later by as
/// much and `overhead` of it, at most `at_once` at a time.
std::uint64_t bytes_in(fetch_rate& rate, std::chrono::nanoseconds time,
                       std::uint64_t request_bytes, double overhead,
                       std::chrono::nanoseconds delay, std::size_t at_once) {
  struct answer {
    time_point at;
  };
  std::vector<answer> open;
  std::uint64_t all = 0;
  constexpr auto begin = time_point{5s};
  for (time_point now = begin; now < begin + time; now += 1ms) {
    while (!open.empty() && open.front().at <= now) {
      open.erase(open.begin());
      const auto came = static_cast<std::uint64_t>(
          static_cast<double>(request_bytes) * (1 + overhead));
      rate.settle(now, came, static_cast<std::int64_t>(request_bytes));
      all += came;
    }
    while (open.size() < at_once && rate.ask(now, request_bytes))
      open.push_back({now + delay});
  }
  return all;
}

} // namespace

TEST_CASE("over a while the rate is kept, whatever is asked for at once",
          "[fetch_rate]") {
  struct sample {
    std::uint64_t bytes_per_s;
    std::uint64_t request_bytes;
    double overhead;
    std::chrono::nanoseconds delay;
  };
  for (const auto& one : {sample{1'000'000, 32'768, 0.02, 2ms},
                          sample{1'000'000, 32'768, 0.4, 30ms},
                          sample{50'000, 32'768, 0.02, 2ms},
                          sample{20'000'000, 1 << 20, 0.02, 25ms},
                          sample{100'000'000, 1 << 20, 0.1, 25ms}}) {
    INFO(one.bytes_per_s << " bytes/s, " << one.request_bytes << " at once");
    fetch_rate rate{one.bytes_per_s};
    const auto came = static_cast<double>(bytes_in(
        rate, 20s, one.request_bytes, one.overhead, one.delay, 64));
    const auto wanted = static_cast<double>(one.bytes_per_s) * 20;
    CHECK(came > 0.9 * wanted);
    CHECK(came < 1.1 * wanted);
  }
}

TEST_CASE("what was not asked for meanwhile does not come at once",
          "[fetch_rate]") {
  fetch_rate rate{1'000'000};
  CHECK(rate.ask(0s, 1));
  std::uint64_t at_once = 0;
  while (rate.ask(60s, 10'000))
    at_once += 10'000;
  CHECK(at_once >= 100'000);
  CHECK(at_once <= 110'000);
}

TEST_CASE("what comes unasked counts, too", "[fetch_rate]") {
  fetch_rate rate{1'000'000};
  CHECK(rate.ask(0s, 1));
  rate.settle(0s, 500'000, 0);
  CHECK(!rate.ask(490ms, 1));
  CHECK(rate.ask(510ms, 1));
}

TEST_CASE("a range of 1 MiB is too coarse below 10 MiB per second",
          "[fetch_rate]") {
  CHECK(!fetch_rate{10'000'000}.is_smooth_for(1 << 20));
  CHECK(fetch_rate{10'500'000}.is_smooth_for(1 << 20));
}
