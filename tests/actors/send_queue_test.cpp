// SPDX-License-Identifier: BSD-3-Clause
#include "actors/send_queue.hpp"

#include "tests/support/catch.hpp"

using namespace troupe;
using namespace std::chrono_literals;

namespace {

group_change from(std::uint8_t host, std::uint8_t group,
                  std::uint32_t interface_index = 1) {
  group_change change;
  change.group.bytes = {0xff, 0x1e, group};
  change.reporter.bytes = {0xfe, 0x80};
  change.reporter.bytes[15] = host;
  change.interface_index = interface_index;
  return change;
}

} // namespace

TEST_CASE("groups are sent in the order of their first request",
          "[actors][send_queue]") {
  send_queue queue;
  for (const int group : {3, 1, 2, 1, 3})
    queue.wanted(from(1, static_cast<std::uint8_t>(group)), 0ms);
  CHECK(queue.waiting() == 3);
  for (const int group : {3, 1, 2}) {
    const auto order = queue.next(0ms);
    REQUIRE(order);
    CHECK(order->to.bytes[2] == group);
  }
  CHECK_FALSE(queue.next(0ms));
}

TEST_CASE("many receivers of a waiting group cost one transmission",
          "[actors][send_queue]") {
  send_queue queue;
  for (std::uint8_t host = 1; host <= 100; ++host)
    queue.wanted(from(host, 7), 0ms);
  CHECK(queue.waiting() == 1);
}

TEST_CASE("a group that everybody left before its turn is not sent",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 7), 0ms);
  queue.wanted(from(2, 7), 0ms);
  queue.done(from(1, 7));
  CHECK(queue.waiting() == 1);
  queue.done(from(2, 7));
  CHECK(queue.waiting() == 0);
  CHECK_FALSE(queue.next(0ms));
}

TEST_CASE("the kernel's repeat of a report is no new request",
          "[actors][send_queue]") {
  send_queue queue;
  REQUIRE(queue.wanted(from(1, 7), 0ms));
  const auto order = queue.next(0ms);
  CHECK_FALSE(queue.wanted(from(1, 7), 5ms));
  queue.sent(order->ticket, 6ms);
  CHECK_FALSE(queue.wanted(from(1, 7), 20ms));
  CHECK_FALSE(queue.next(0ms));
}

TEST_CASE("a report long after the transmission is a new request",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 7), 0ms);
  queue.sent(queue.next(0ms)->ticket, 1ms);
  CHECK(queue.wanted(from(1, 7), 500ms));
  CHECK(queue.next(0ms));
}

TEST_CASE("leave and join ask for another transmission at once",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 7), 0ms);
  const auto order = queue.next(0ms);
  SECTION("after it") {
    queue.sent(order->ticket, 1ms);
    queue.done(from(1, 7));
    CHECK(queue.wanted(from(1, 7), 2ms));
    CHECK(queue.next(0ms));
  }
  SECTION("during it") {
    queue.done(from(1, 7));
    CHECK(queue.wanted(from(1, 7), 2ms));
    CHECK_FALSE(queue.next(0ms));
    queue.sent(order->ticket, 3ms);
    CHECK(queue.next(0ms));
  }
}

TEST_CASE("a second host that asks during a transmission gets its own",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 7), 0ms);
  const auto order = queue.next(0ms);
  CHECK(queue.wanted(from(2, 7), 1ms));
  queue.sent(order->ticket, 2ms);
  CHECK(queue.next(0ms));
}

TEST_CASE("the same group on two interfaces is sent on both",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 7, 1), 0ms);
  queue.wanted(from(1, 7, 2), 0ms);
  const auto first = queue.next(0ms);
  const auto second = queue.next(0ms);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->interface_index + second->interface_index == 3);
}

TEST_CASE("what was sent is forgotten, what waits is not",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 7), 0ms);
  queue.wanted(from(1, 8), 0ms);
  queue.sent(queue.next(0ms)->ticket, 1ms);
  queue.expire(10s);
  CHECK(queue.remembered() == 1);
  CHECK(queue.next(0ms)->to.bytes[2] == 8);
}

TEST_CASE("a flood of groups is refused past the limit",
          "[actors][send_queue]") {
  send_queue queue{{.max_groups = 10}};
  for (std::uint8_t group = 0; group < 100; ++group)
    queue.wanted(from(1, group), 0ms);
  CHECK(queue.waiting() == 10);
  CHECK(queue.remembered() == 10);
}
