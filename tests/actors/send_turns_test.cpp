// SPDX-License-Identifier: BSD-3-Clause
// What of a send_queue is next when hosts lose much, or ask for too much.
#include "actors/send_queue.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/requests.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// Sends what is next, whole and at once: the number of its group, or 0.
int send_next(send_queue& queue, time_point now) {
  const auto order = queue.next(now, true, ripe);
  if (order)
    queue.sent(order->ticket, now);
  return order ? order->to.bytes[2] : 0;
}

} // namespace

TEST_CASE("repairs for one host go before what others wait for within its share",
          "[actors][send_queue][hostile]") {
  send_queue queue{{.each_host = {.burst_bytes = 10'000, .share = 40},
                    .max_over_budget_each = 8}};
  const auto at = std::chrono::nanoseconds{1s};
  constexpr send_class data{
      .repeat_for_latecomers = false, .bulk = true, .bytes = 1'000'000};
  constexpr send_class repair{.urgent = true, .counted = true, .bytes = 5'000};
  const auto send = [&](time_point now) -> int {
    const auto order = queue.next(now, true, ripe);
    if (!order)
      return 0;
    queue.sent(order->ticket, now);
    return order->to.bytes[2];
  };
  const auto is_repair = [](int group) { return group >= 100; };

  // While it is alone all its repairs are urgent.
  for (int group = 100; group < 120; ++group)
    CHECK(queue.wanted(from(1, static_cast<std::uint8_t>(group)), at, repair));
  for (int group = 100; group < 120; ++group)
    CHECK(send(at) == group);

  // Beside another: what it has earned, 25000 bytes with each block, of which
  // it may save 10000, and 8 more that wait.
  for (int group = 1; group <= 30; ++group)
    queue.wanted(from(2, static_cast<std::uint8_t>(group)), at, data);
  int repairs = 0, blocks = 0, refused = 0;
  for (int turn = 0; blocks < 30; ++turn) {
    for (int group = 100; group < 250; ++group) {
      queue.done(from(1, static_cast<std::uint8_t>(group)));
      refused += !queue.wanted(from(1, static_cast<std::uint8_t>(group)), at,
                               repair);
    }
    const auto sent = send(at);
    REQUIRE(sent != 0);
    ++(is_repair(sent) ? repairs : blocks);
  }
  CHECK(repairs >= 25);
  CHECK(repairs <= 62); // two with each block
  CHECK(refused > 0);
  // And what is left comes when nobody else waits for anything.
  CHECK(is_repair(send(at + 10ms)));
}

TEST_CASE("a repair that two hosts ask for is on the account of either",
          "[actors][send_queue][hostile]") {
  send_queue queue{{.each_host = {.burst_bytes = 5'000, .share = 40}}};
  const auto at = std::chrono::nanoseconds{1s};
  constexpr send_class data{
      .repeat_for_latecomers = false, .bulk = true, .bytes = 1'000'000};
  constexpr send_class repair{.urgent = true, .counted = true, .bytes = 5'000};
  queue.wanted(from(2, 1), at, data);
  queue.wanted(from(1, 100), at, repair);
  queue.wanted(from(1, 101), at, repair); // its account is empty
  queue.wanted(from(1, 102), at, repair);
  queue.wanted(from(2, 102), at, repair);
  for (const int group : {100, 102, 1, 101}) {
    const auto order = queue.next(at, true, ripe);
    REQUIRE(order);
    CHECK(order->to.bytes[2] == group);
  }
}

TEST_CASE("a repair waits for all who were sent what it mends",
          "[actors][send_queue]") {
  send_queue queue;
  constexpr std::uint8_t data = 1, repair = 100;
  auto follows = urgent;
  follows.follows = from(1, data).group;
  const auto next_is = [&](int group, time_point now) {
    const auto order = queue.next(now, true, ripe);
    if (order)
      queue.sent(order->ticket, now);
    return (order ? order->to.bytes[2] : 0) == group;
  };
  for (std::uint8_t host = 1; host <= 3; ++host)
    queue.wanted(from(host, data), 0ms, bulk);
  REQUIRE(next_is(data, 0ms));
  queue.done(from(1, data));
  queue.wanted(from(1, repair), 1ms, follows);
  CHECK(next_is(0, 1ms));
  SECTION("until they left") {
    queue.done(from(2, data)); // it has all
    CHECK(next_is(0, 2ms));
    queue.done(from(3, data));
    CHECK(next_is(repair, 2ms));
  }
  SECTION("or ask for it as well") {
    queue.wanted(from(2, repair), 2ms, follows);
    CHECK(next_is(0, 2ms));
    queue.wanted(from(3, repair), 2ms, follows);
    CHECK(next_is(repair, 2ms));
  }
  SECTION("but no longer than a moment") {
    CHECK(next_is(0, 12ms));
    CHECK(next_is(repair, 13ms));
  }
  SECTION("and not twice for who does not come") {
    CHECK(next_is(repair, 13ms)); // of these two
    queue.wanted(from(1, repair + 1), 14ms, follows);
    CHECK(next_is(repair + 1, 14ms));
    queue.wanted(from(2, repair + 1), 15ms, follows);
    queue.wanted(from(1, repair + 2), 15ms, follows);
    CHECK(next_is(repair + 1, 15ms));
    CHECK(next_is(0, 15ms)); // the second is there again
    CHECK(next_is(repair + 2, 27ms));
  }
  SECTION("and nothing else waits with it") {
    queue.wanted(from(3, 50), 1ms, urgent);
    queue.wanted(from(3, 2), 1ms, bulk);
    CHECK(next_is(50, 1ms));
    CHECK(next_is(2, 1ms));
  }
  SECTION("and not for who asks for the data anew") {
    queue.done(from(2, data));
    queue.done(from(3, data));
    queue.wanted(from(4, data), 1ms, bulk);
    CHECK(next_is(repair, 1ms));
  }
  SECTION("and not on another interface") {
    queue.wanted(from(1, repair, 2), 1ms, follows);
    CHECK(next_is(repair, 1ms));
  }
}

TEST_CASE("what most of them need who were sent the data is on nobody's account",
          "[actors][send_queue][hostile]") {
  send_queue queue{{.each_host = {.burst_bytes = 5'000, .share = 40}}};
  const auto at = std::chrono::nanoseconds{1s};
  constexpr send_class data{
      .repeat_for_latecomers = false, .bulk = true, .bytes = 20'000};
  send_class repair{.urgent = true, .counted = true, .bytes = 5'000};
  repair.follows = from(1, 1).group;
  const auto next = [&]() -> int {
    const auto order = queue.next(at, true, ripe);
    if (order)
      queue.sent(order->ticket, at);
    return order ? order->to.bytes[2] : 0;
  };
  for (std::uint8_t host = 1; host <= 3; ++host)
    queue.wanted(from(host, 1), at, data);
  REQUIRE(next() == 1);
  for (std::uint8_t host = 1; host <= 3; ++host)
    queue.done(from(host, 1));
  queue.wanted(from(3, 2), at, data); // something new
  for (std::uint8_t group = 100; group < 110; ++group) {
    queue.wanted(from(1, group), at, repair);
    queue.wanted(from(2, group), at, repair);
  }
  // As much as was sent, and what either may have besides.
  for (int group = 100; group < 106; ++group)
    CHECK(next() == group);
  CHECK(next() == 2);
}

TEST_CASE("who leaves and asks again for a repair on its way has it once",
          "[actors][send_queue]") {
  send_queue queue;
  auto follows = urgent;
  follows.follows = from(1, 1).group;
  queue.wanted(from(1, 100), 0ms, follows);
  const auto order = queue.next(0ms, true, ripe);
  REQUIRE(order);
  queue.done(from(1, 100));
  CHECK_FALSE(queue.wanted(from(1, 100), 1ms, follows));
  CHECK(queue.wanted(from(2, 100), 1ms, follows)); // not there when it began
  queue.sent(order->ticket, 2ms);
  CHECK(queue.waiting() == 1);
}

TEST_CASE("who comes and goes is not new each time",
          "[actors][send_queue][hostile]") {
  send_queue queue;
  const auto at = std::chrono::nanoseconds{1s};
  const auto send = [&](time_point now) { return send_next(queue, now); };
  queue.wanted(from(1, 10), at, bulk);
  queue.wanted(from(2, 10), at, bulk);
  queue.done(from(2, 10));
  CHECK(send(at) == 10);
  queue.done(from(1, 10));
  queue.wanted(from(2, 10), at + 10ms, bulk);
  queue.wanted(from(1, 11), at + 10ms, bulk);
  CHECK(send(at + 10ms) == 11);
  CHECK(send(at + 10ms) == 0); // until nobody wants anything new
  CHECK(send(at + 20ms) == 10);
}

TEST_CASE("of repeats the one that was sent longest ago is first",
          "[actors][send_queue][hostile]") {
  send_queue queue;
  const auto at = std::chrono::nanoseconds{1s};
  const auto send = [&](time_point now) { return send_next(queue, now); };
  for (std::uint8_t group = 10; group < 13; ++group) {
    queue.wanted(from(1, group), at + group * 1ms, bulk);
    CHECK(send(at + group * 1ms) == group);
    queue.done(from(1, group));
  }
  const auto later = at + 5s;
  for (const int group : {12, 11, 10})
    queue.wanted(from(1, static_cast<std::uint8_t>(group)), later, bulk);
  // Who asks for what it had needs not be followed by anything new.
  CHECK(send(later) == 10);
  queue.done(from(1, 10));
  queue.wanted(from(1, 10), later, bulk);
  CHECK(send(later + 1ms) == 11);
  CHECK(send(later + 1ms) == 12);
}
