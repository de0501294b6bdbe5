// SPDX-License-Identifier: BSD-3-Clause
#include "actors/send_queue.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/requests.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

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

TEST_CASE("leave and join ask for another transmission",
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
    CHECK(queue.next(4ms));
  }
}

TEST_CASE("a second host that asks during a transmission gets its own",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 7), 0ms);
  const auto order = queue.next(0ms);
  CHECK(queue.wanted(from(2, 7), 1ms));
  queue.sent(order->ticket, 2ms);
  CHECK(queue.next(3ms));
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

TEST_CASE("what is urgent goes before all else, in order",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 1), 0ms);
  queue.wanted(from(1, 2), 0ms, bulk);
  queue.wanted(from(1, 3), 0ms, urgent);
  queue.wanted(from(1, 4), 0ms);
  queue.wanted(from(1, 5), 0ms, urgent);
  for (const int group : {3, 5, 1, 2, 4}) {
    const auto order = queue.next(0ms);
    REQUIRE(order);
    CHECK(order->to.bytes[2] == group);
  }
  CHECK_FALSE(queue.next(0ms));
}

TEST_CASE("bulk waits until it is ripe, and nothing waits behind it",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 1), 0ms, bulk);
  queue.wanted(from(1, 2), 0ms, bulk);
  queue.wanted(from(1, 3), 0ms);
  const auto plain = queue.next(1ms, true, unripe);
  REQUIRE(plain);
  CHECK(plain->to.bytes[2] == 3);
  CHECK_FALSE(queue.next(1ms, true, unripe));
  CHECK(queue.waiting() == 2);
  const auto second = queue.next(2ms, true, [](const group_address& group) {
    return group.bytes[2] == 2;
  });
  REQUIRE(second);
  CHECK(second->to.bytes[2] == 2);
  CHECK(queue.next(3ms, true, ripe)->to.bytes[2] == 1);
}

TEST_CASE("bulk waits for others no longer than the longest wait",
          "[actors][send_queue]") {
  send_queue queue{{.longest_wait = 25ms}};
  queue.wanted(from(1, 1), 10ms, bulk);
  queue.wanted(from(2, 1), 30ms, bulk); // does not start it anew
  CHECK_FALSE(queue.next(34ms, true, unripe));
  CHECK(queue.next(35ms, true, unripe));
}

TEST_CASE("bulk stays where it is while there is no room for it",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 1), 0ms, bulk);
  queue.wanted(from(1, 2), 0ms);
  CHECK(queue.next(1s, false)->to.bytes[2] == 2);
  CHECK_FALSE(queue.next(1s, false));
  CHECK(queue.waiting() == 1);
  CHECK(queue.next(1s, true)->to.bytes[2] == 1);
}

TEST_CASE("bulk that everybody left is not sent, and can be asked for again",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 1), 0ms, bulk);
  queue.done(from(1, 1));
  CHECK_FALSE(queue.next(1ms, true, ripe));
  CHECK(queue.wanted(from(1, 1), 2ms, bulk));
  CHECK(queue.next(2ms, true, ripe));
  CHECK_FALSE(queue.next(2ms, true, ripe)); // it has one place only
}

TEST_CASE("latecomers of bulk do not cause another sending",
          "[actors][send_queue]") {
  send_queue queue;
  queue.wanted(from(1, 7), 0ms, bulk);
  const auto order = queue.next(0ms);
  REQUIRE(order);
  CHECK_FALSE(queue.wanted(from(2, 7), 1ms, bulk)); // while it is sent
  queue.sent(order->ticket, 2ms);
  CHECK(queue.waiting() == 0);
  CHECK_FALSE(queue.wanted(from(2, 7), 3ms, bulk)); // its repeated report
  SECTION("but leaving and joining again does") {
    queue.done(from(2, 7));
    CHECK(queue.wanted(from(2, 7), 4ms, bulk));
    CHECK_FALSE(queue.next(4ms)); // most of it came, and there are others
    CHECK(queue.next(14ms));
  }
  SECTION("and so does asking for the first time afterwards") {
    CHECK(queue.wanted(from(3, 7), 4ms, bulk));
    CHECK(queue.next(4ms));
  }
}

TEST_CASE("the echo of a request is longer where latecomers do not count",
          "[actors][send_queue]") {
  send_queue queue{{.echo = 60ms,
                    .long_echo = 1500ms,
                    .interval = 10ms,
                    .repeat_memory = 0ms}};
  queue.wanted(from(1, 1), 0ms);
  queue.wanted(from(1, 2), 0ms, bulk);
  queue.sent(queue.next(0ms)->ticket, 10ms);
  queue.sent(queue.next(0ms)->ticket, 10ms);
  CHECK_FALSE(queue.wanted(from(1, 1), 69ms));
  CHECK(queue.wanted(from(1, 1), 70ms));
  CHECK_FALSE(queue.wanted(from(1, 2), 70ms, bulk));
  CHECK_FALSE(queue.wanted(from(1, 2), 1509ms, bulk));
  CHECK(queue.wanted(from(1, 2), 1510ms, bulk));
}

TEST_CASE("what was sent is remembered as long as its echo",
          "[actors][send_queue]") {
  send_queue queue{{.echo = 60ms,
                    .long_echo = 1500ms,
                    .interval = 10ms,
                    .repeat_memory = 0ms}};
  queue.wanted(from(1, 1), 0ms);
  queue.wanted(from(1, 2), 0ms, bulk);
  queue.sent(queue.next(0ms)->ticket, 10ms);
  queue.sent(queue.next(0ms)->ticket, 10ms);
  queue.expire(69ms);
  CHECK(queue.remembered() == 2);
  queue.expire(70ms);
  CHECK(queue.remembered() == 1);
  queue.expire(1510ms);
  CHECK(queue.remembered() == 0);
}

TEST_CASE("one group is sent so often in a row, then once an interval",
          "[actors][send_queue][hostile]") {
  const send_queue_options limits;
  for (const bool is_bulk : {false, true}) {
    send_queue queue;
    const auto burst = is_bulk ? limits.bulk_burst : limits.burst;
    const auto interval = is_bulk ? limits.bulk_interval : limits.interval;
    std::uint32_t sent = 0;
    auto now = std::chrono::nanoseconds{1s};
    const auto end = now + 10 * interval;
    // Every millisecond somebody new asks, and leaves, and asks again.
    for (std::uint8_t host = 0; now < end; now += 1ms, ++host) {
      queue.wanted(from(host, 7), now, is_bulk ? bulk : urgent);
      queue.done(from(host, 7));
      queue.wanted(from(host, 7), now, is_bulk ? bulk : urgent);
      while (const auto order = queue.next(now)) {
        ++sent;
        queue.sent(order->ticket, now);
      }
      queue.expire(now); // forgets no debts
    }
    CHECK(sent >= burst + 9);
    CHECK(sent <= burst + 10);
  }
}

TEST_CASE("who comes one after the other shares the sendings to come",
          "[actors][send_queue]") {
  const bool is_bulk = GENERATE(false, true);
  send_queue queue;
  auto now = std::chrono::nanoseconds{1s};
  std::vector<std::chrono::nanoseconds> sent;
  for (int host = 0; host < 100; ++host, now += 100us) {
    queue.wanted(from(static_cast<std::uint8_t>(host), 7), now,
                 is_bulk ? bulk : urgent);
    while (const auto order = queue.next(now)) {
      sent.push_back(now);
      queue.sent(order->ticket, now);
    }
  }
  REQUIRE(sent.size() >= 4);
  CHECK(sent.size() <= 6);
  CHECK(sent[1] - sent[0] <= 300us); // the second hardly waits
  for (std::size_t i = 2; i < sent.size(); ++i)
    CHECK(sent[i] - sent[i - 1] > sent[i - 1] - sent[i - 2]);
}

TEST_CASE("little bulk may follow sooner than much", "[actors][send_queue]") {
  auto small = bulk;
  small.bytes = 256 << 10;
  send_queue queue;
  auto now = std::chrono::nanoseconds{1s};
  const auto begin = now;
  std::uint32_t sent = 0;
  for (std::uint8_t host = 0; now < begin + 5s; now += 1ms, ++host) {
    queue.wanted(from(host, 7), now, small);
    while (const auto order = queue.next(now)) {
      ++sent;
      queue.sent(order->ticket, now);
    }
    queue.expire(now);
  }
  // Four a second after the burst.
  CHECK(sent >= send_queue_options{}.bulk_burst + 18);
  CHECK(sent <= send_queue_options{}.bulk_burst + 21);
}

TEST_CASE("groups that were sent too often keep nobody else waiting",
          "[actors][send_queue][hostile]") {
  send_queue queue;
  auto now = std::chrono::nanoseconds{1s};
  for (int round = 0; round < 30; ++round, now += 1us)
    for (int group = 0; group < 200; ++group) {
      queue.wanted(from(static_cast<std::uint8_t>(round),
                        static_cast<std::uint8_t>(group)),
                   now, urgent);
      while (const auto order = queue.next(now))
        queue.sent(order->ticket, now);
    }
  CHECK(queue.waiting() == 200);
  queue.wanted(from(99, 222), now, urgent);
  const auto order = queue.next(now);
  REQUIRE(order);
  CHECK(order->to.bytes[2] == 222);
  CHECK_FALSE(queue.next(now));
  // What was held back is not lost.
  now += 100ms;
  int late = 0;
  while (queue.next(now))
    ++late;
  CHECK(late == 200);
}

TEST_CASE("bulk that was sent to its asker before waits for what is new",
          "[actors][send_queue][hostile]") {
  send_queue queue;
  auto now = std::chrono::nanoseconds{1s};
  const auto ask = [&](int host, int group) {
    queue.done(from(static_cast<std::uint8_t>(host),
                    static_cast<std::uint8_t>(group)));
    return queue.wanted(from(static_cast<std::uint8_t>(host),
                             static_cast<std::uint8_t>(group)),
                        now, bulk);
  };
  const auto send = [&]() -> int {
    const auto order = queue.next(now, true, ripe);
    if (!order)
      return 0;
    queue.sent(order->ticket, now);
    return order->to.bytes[2];
  };
  ask(1, 1);
  REQUIRE(send() == 1);
  ask(1, 1); // once more
  ask(2, 2);
  CHECK(send() == 2);
  CHECK(send() == 0); // somebody may want more in a moment
  now += 10ms;
  CHECK(send() == 1); // when there is nothing new

  // One in forty is a repeat even so.
  ask(1, 1);
  now += 2ms; // a group is not sent again without a gap
  for (int group = 10; group < 90; ++group)
    ask(2, group);
  int before = 0;
  while (send() != 1)
    ++before;
  CHECK(before >= 35);
  CHECK(before <= 40);

  // Somebody for whom it is new brings it forward.
  now += 10ms;
  while (send() != 0) {
  }
  ask(2, 2);
  ask(3, 201);
  CHECK_FALSE(queue.wanted(from(9, 2), now, bulk));
  ask(3, 202);
  CHECK(send() == 201);
  CHECK(send() == 2);
  CHECK(send() == 202);
}

TEST_CASE("who came in the first half of a sending of bulk was served",
          "[actors][send_queue][hostile]") {
  send_queue queue;
  const auto at = std::chrono::nanoseconds{1s};
  queue.wanted(from(1, 1), at, bulk);
  const auto order = queue.next(at);
  queue.wanted(from(2, 1), at + 40ms, bulk);
  queue.wanted(from(3, 1), at + 60ms, bulk);
  queue.sent(order->ticket, at + 100ms);
  for (const int host : {1, 2, 3})
    queue.done(from(static_cast<std::uint8_t>(host), 1));

  for (const int host : {2, 3}) {
    auto other = queue;
    other.wanted(from(static_cast<std::uint8_t>(host), 1), at + 110ms, bulk);
    other.wanted(from(9, 9), at + 110ms, bulk);
    const auto first = other.next(at + 110ms);
    REQUIRE(first);
    CHECK(first->to.bytes[2] == (host == 2 ? 9 : 1));
  }
}

TEST_CASE("bulk is new again after a while", "[actors][send_queue][hostile]") {
  send_queue queue;
  auto now = std::chrono::nanoseconds{1s};
  queue.wanted(from(1, 1), now, bulk);
  queue.sent(queue.next(now)->ticket, now);
  queue.expire(now + 5s);
  CHECK(queue.remembered() == 1);
  queue.expire(now + 31s);
  CHECK(queue.remembered() == 0);
}

TEST_CASE("one host's requests do not fill the queue",
          "[actors][send_queue][hostile]") {
  send_queue queue{{.max_groups = 100, .max_waiting_each = 10}};
  std::size_t taken = 0;
  for (int group = 0; group < 200; ++group)
    taken += queue.wanted(from(1, static_cast<std::uint8_t>(group)), 1s);
  CHECK(taken == 10);
  CHECK(queue.remembered() == 10);
  CHECK(queue.wanted(from(2, 250), 1s));
  // What is sent, or left, makes room for more.
  REQUIRE(queue.next(1s));
  CHECK(queue.wanted(from(1, 100), 1s));
  CHECK_FALSE(queue.wanted(from(1, 101), 1s));
  queue.done(from(1, 100));
  CHECK(queue.wanted(from(1, 101), 1s));
}

TEST_CASE("a full queue forgets what is over", "[actors][send_queue][hostile]") {
  send_queue queue{{.max_groups = 20}};
  auto now = std::chrono::nanoseconds{1s};
  for (int group = 0; group < 20; ++group) {
    queue.wanted(from(1, static_cast<std::uint8_t>(group)), now);
    queue.sent(queue.next(now)->ticket, now);
  }
  CHECK_FALSE(queue.wanted(from(2, 99), now));
  now += 200ms;
  CHECK(queue.wanted(from(2, 99), now));
}
