// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/support.hpp"
#include "transport/pacer.hpp"

namespace troupe::test {

TEST_CASE("no rate means no delay") {
  pacer p;
  p.spend(std::uint64_t{1} << 40, 0ns);
  CHECK(p.delay(0ns) == 0ns);
}

TEST_CASE("a full bucket lets one batch run into debt") {
  pacer p{8'000'000, 1000}; // one byte a microsecond
  CHECK(p.delay(0ns) == 0ns);
  p.spend(3000, 0ns);
  CHECK(p.delay(0ns) == 2ms);
  CHECK(p.delay(1ms) == 1ms);
  CHECK(p.delay(2ms - 1ns) == 1ns);
  CHECK(p.delay(2ms) == 0ns);
}

TEST_CASE("idle time fills the bucket and no more") {
  pacer p{8'000'000, 1000};
  p.spend(1000, 0ns);
  CHECK(p.delay(3600s) == 0ns);
  p.spend(1500, 3600s);
  CHECK(p.delay(3600s) == 500us);
}

TEST_CASE("a late start is not idle time saved up") {
  pacer p{8'000'000, 1000};
  p.spend(2000, 1000s);
  CHECK(p.delay(1000s) == 1ms);
}

TEST_CASE("time that stands still or runs backwards gives nothing") {
  pacer p{8'000'000, 1000};
  p.spend(2000, 10ms);
  CHECK(p.delay(10ms) == 1ms);
  CHECK(p.delay(5ms) == 1ms);
  CHECK(p.delay(10ms) == 1ms);
}

TEST_CASE("the rate is kept over a long run whatever the batches") {
  const auto rate =
      GENERATE(as<std::uint64_t>{}, 1'000'000, 100'000'000, 40'000'000'000);
  const std::uint64_t burst = 64 * 1024;
  std::mt19937_64 random{rate};
  pacer p{rate, burst};
  time_point now{0};
  std::uint64_t sent = 0;
  std::uint64_t largest = 0;
  while (now < 10s) {
    if (const auto wait = p.delay(now); wait > 0ns) {
      now += wait + std::chrono::nanoseconds{random() % 1000}; // a late timer
      continue;
    }
    const std::uint64_t size = 1 + random() % 200'000;
    largest = std::max(largest, size);
    p.spend(size, now);
    sent += size;
  }
  // Whole microseconds and megabits: no rounding.
  const auto us = static_cast<std::uint64_t>(now.count()) / 1000 + 1;
  const std::uint64_t allowed = us * (rate / 1'000'000) / 8;
  CHECK(sent <= allowed + burst + largest);
  CHECK(sent >= allowed / 100 * 99);
}

TEST_CASE("the slowest rate and the largest batch still give a finite wait") {
  pacer p{1, 0};
  p.spend(std::uint64_t{1} << 62, 0ns);
  CHECK(p.delay(0ns) > 0ns);
  CHECK(p.delay(0ns) < 24h * 365);
}

} // namespace troupe::test
