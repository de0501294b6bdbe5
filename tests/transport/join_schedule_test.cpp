// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/support.hpp"
#include "transport/join_schedule.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace troupe::test {
namespace {

using batch = join_schedule::batch;

std::vector<group_address> groups(std::uint64_t first, std::uint64_t count) {
  std::vector<group_address> out;
  for (std::uint64_t i = 0; i < count; ++i)
    out.push_back(group_number(first + i));
  return out;
}

/// The kernel's side, as measured: every join and leave sets the report timer
/// to two jiffies (three at worst) from now, and a group that is left before
/// the timer fires was never reported.
struct kernel_model {
  static constexpr auto report_delay = 12ms;
  std::set<group_address> joined;
  std::map<group_address, time_point> unreported; ///< since
  std::optional<time_point> timer;
  std::size_t never_reported = 0;
  std::chrono::nanoseconds slowest_report{0};

  void advance(time_point now) {
    if (!timer || *timer > now)
      return;
    for (const auto& [group, since] : unreported)
      slowest_report = std::max(slowest_report, *timer - since);
    unreported.clear();
    timer.reset();
  }

  void apply(const batch& b, time_point now) {
    advance(now);
    for (const auto& g : b.leave) {
      REQUIRE(joined.erase(g) == 1);
      const bool again = std::ranges::count(b.join, g) > 0;
      never_reported += unreported.erase(g) > 0 && !again;
    }
    for (const auto& g : b.join) {
      REQUIRE(joined.insert(g).second);
      unreported.emplace(g, now);
    }
    if (!b.empty())
      timer = now + report_delay;
  }
};

} // namespace

TEST_CASE("the first batch of an idle port goes out at once") {
  join_schedule s{default_join_limits(GENERATE(false, true))};
  CHECK(s.next_due(5ms) == time_point::max());
  CHECK(s.take_due(5ms).empty());
  s.join(group_number(1), 5ms);
  CHECK(s.next_due(5ms) == 5ms);
  const auto b = s.take_due(5ms);
  CHECK(b.join == groups(1, 1));
  CHECK(b.leave.empty());
  CHECK(s.joined() == 1);
  CHECK(s.next_due(5ms) == time_point::max());
}

TEST_CASE("joins leave in batches, in order, a period apart") {
  join_schedule s{default_join_limits(false)};
  for (std::uint64_t i = 0; i < 300; ++i)
    s.join(group_number(i), 0ms);
  CHECK(s.take_due(0ms).join == groups(0, 128));
  CHECK(s.next_due(0ms) == 16ms);
  CHECK(s.take_due(15999us).empty());
  CHECK(s.take_due(16ms).join == groups(128, 128));
  CHECK(s.take_due(31ms).empty());
  CHECK(s.take_due(32ms).join == groups(256, 44));
  CHECK(s.next_due(32ms) == time_point::max());
  CHECK(s.joined() == 300);
}

TEST_CASE("the silence begins when the batch is carried out") {
  join_schedule s{default_join_limits(false)};
  s.join(group_number(1), 0ms);
  s.take_due(0ms);
  s.finished(9ms); // a busy kernel
  s.join(group_number(2), 9ms);
  CHECK(s.next_due(9ms) == 25ms);
  CHECK(s.take_due(24ms).empty());
  CHECK(s.take_due(25ms).join == groups(2, 1));
}

TEST_CASE("a join during the silence waits for its end") {
  join_schedule s{default_join_limits(false)};
  s.join(group_number(1), 0ms);
  s.take_due(0ms);
  s.join(group_number(2), 1ms);
  CHECK(s.next_due(1ms) == 16ms);
  CHECK(s.take_due(8ms).empty());
  CHECK(s.take_due(16ms).join == groups(2, 1));
}

TEST_CASE("a group stays until its report is out") {
  join_schedule s{default_join_limits(false)};
  s.join(group_number(1), 0ms);
  s.take_due(0ms);
  s.leave(group_number(1), 1ms);
  CHECK(s.next_due(1ms) == 64ms);
  CHECK(s.take_due(63ms).empty());
  CHECK(s.joined() == 1);
  CHECK(s.take_due(64ms).leave == groups(1, 1));
  CHECK(s.joined() == 0);
}

TEST_CASE("a leave that must wait does not hold up others") {
  join_schedule s{default_join_limits(false)};
  s.join(group_number(1), 0ms);
  s.take_due(0ms);
  s.join(group_number(2), 20ms);
  s.take_due(20ms);
  s.leave(group_number(2), 21ms);
  s.leave(group_number(1), 22ms);
  CHECK(s.next_due(22ms) == 64ms);
  CHECK(s.take_due(64ms).leave == groups(1, 1));
  CHECK(s.next_due(64ms) == 84ms);
  CHECK(s.take_due(84ms).leave == groups(2, 1));
}

TEST_CASE("own reports need no stay, and a short period") {
  join_schedule s{default_join_limits(true)};
  s.join(group_number(1), 0ms);
  s.take_due(0ms);
  s.leave(group_number(1), 0ms);
  CHECK(s.next_due(0ms) == 2ms);
  CHECK(s.take_due(2ms).leave == groups(1, 1));
}

TEST_CASE("a leave withdraws a join that is not out yet") {
  join_schedule s{default_join_limits(false)};
  s.join(group_number(1), 0ms);
  s.join(group_number(2), 0ms);
  s.leave(group_number(1), 0ms);
  const auto b = s.take_due(0ms);
  CHECK(b.join == groups(2, 1));
  CHECK(b.leave.empty());
  s.leave(group_number(1), 1ms);
  CHECK(s.next_due(1ms) == time_point::max());
}

TEST_CASE("a withdrawn join is nothing to wake up for") {
  join_schedule s{default_join_limits(false)};
  s.join(group_number(1), 0ms);
  s.leave(group_number(1), 0ms);
  CHECK(s.next_due(0ms) == time_point::max());
  CHECK(s.take_due(0ms).empty());
  s.join(group_number(1), 0ms); // and the next one is not held up by it
  CHECK(s.take_due(0ms).join == groups(1, 1));
}

TEST_CASE("a rejoined group is left and joined in one batch") {
  join_schedule s{default_join_limits(true)};
  s.join(group_number(1), 0ms);
  s.take_due(0ms);
  s.rejoin(group_number(1), 100ms);
  const auto b = s.take_due(100ms);
  CHECK(b.leave == groups(1, 1));
  CHECK(b.join == groups(1, 1));
  CHECK(s.joined() == 1);
  CHECK(s.next_due(100ms) == time_point::max());
}

TEST_CASE("a join that overtakes a waiting leave is a rejoin") {
  join_schedule s{default_join_limits(false)};
  s.join(group_number(1), 0ms);
  s.take_due(0ms);
  s.leave(group_number(1), 1ms);
  s.join(group_number(1), 2ms);
  const auto b = s.take_due(64ms);
  CHECK(b.leave == groups(1, 1));
  CHECK(b.join == groups(1, 1));

  SECTION("and can be taken back") {
    s.rejoin(group_number(1), 200ms);
    s.leave(group_number(1), 200ms);
    const auto last = s.take_due(200ms);
    CHECK(last.leave == groups(1, 1));
    CHECK(last.join.empty());
  }
}

TEST_CASE("joining or rejoining what waits to be joined changes nothing") {
  join_schedule s{default_join_limits(false)};
  for (std::uint64_t i : {1, 2, 1, 3})
    s.join(group_number(i), 0ms);
  s.rejoin(group_number(1), 0ms);
  CHECK(s.take_due(0ms).join == groups(1, 3));
  s.join(group_number(2), 20ms);
  CHECK(s.next_due(20ms) == time_point::max());
  s.rejoin(group_number(9), 20ms); // never joined: joins
  CHECK(s.take_due(20ms).join == groups(9, 1));
}

TEST_CASE("a batch holds as many leaves as joins") {
  join_schedule s{default_join_limits(true)};
  time_point now{0};
  for (std::uint64_t i = 0; i < 300; ++i)
    s.join(group_number(i), now);
  for (; s.joined() < 300; now += 50ms)
    s.take_due(now);
  for (std::uint64_t i = 0; i < 300; ++i)
    s.rejoin(group_number(i), now);
  for (std::uint64_t i = 300; i < 400; ++i)
    s.join(group_number(i), now);
  const auto b = s.take_due(now);
  CHECK(b.leave == groups(0, 128));
  CHECK(b.join == groups(0, 128)); // no room left for new ones
}

TEST_CASE("a stream of own reports pauses for the kernel") {
  join_schedule s{default_join_limits(true)};
  std::size_t leaves = 0;
  time_point now{0};
  std::chrono::nanoseconds longest_gap{0};
  for (std::uint64_t next = 0; next < 20000; next += 128) {
    for (const auto& g : groups(next, 128))
      s.join(g, now);
    if (next >= 256)
      for (const auto& g : groups(next - 256, 128))
        s.leave(g, now);
    const auto gap = s.next_due(now) - now;
    longest_gap = std::max(longest_gap, gap);
    if (gap >= 16ms)
      leaves = 0;
    now += gap;
    const auto b = s.take_due(now);
    CHECK(b.join.size() == 128);
    leaves += b.leave.size();
    CHECK(leaves <= 384);
  }
  CHECK(longest_gap == 16ms);

  SECTION("unless nothing is left, for then nothing piles up") {
    join_schedule joins_only{default_join_limits(true)};
    for (std::uint64_t i = 0; i < 5000; ++i)
      joins_only.join(group_number(i), now);
    for (int batches = 0; batches < 40; ++batches, now += 2ms)
      CHECK_FALSE(joins_only.take_due(now).empty());
    CHECK(joins_only.joined() == 5000);
  }

  SECTION("but a pause that came by itself counts") {
    join_schedule slow{default_join_limits(true)};
    for (std::uint64_t i = 0; i < 2000; ++i, now += 20ms) {
      slow.join(group_number(i), now);
      if (i > 0)
        slow.leave(group_number(i - 1), now);
      CHECK(slow.take_due(now).join.size() == 1);
      slow.join(group_number(i + 5000), now);
      CHECK(slow.next_due(now) == now + 2ms);
      slow.leave(group_number(i + 5000), now);
    }
    CHECK(slow.joined() == 1);
  }
}

TEST_CASE("schedules of one interface keep one silence") {
  const auto silence = std::make_shared<join_silence>();
  join_schedule a{default_join_limits(false), silence};
  join_schedule b{default_join_limits(false), silence};
  for (std::uint64_t i = 0; i < 1000; ++i) {
    a.join(group_number(i), 0ms);
    b.join(group_number(1000 + i), 0ms);
  }
  CHECK(a.take_due(0ms).join.size() == 128);
  a.finished(3ms);

  SECTION("another's batch may follow at once, and lengthens it") {
    CHECK(b.next_due(3ms) == 3ms);
    CHECK(b.take_due(3500us).join.size() == 128);
    b.finished(6ms);
    CHECK(a.take_due(6ms).empty()); // one batch each
    CHECK(a.take_due(19ms).empty());
    CHECK(a.next_due(19ms) == 22ms);
    CHECK(b.next_due(19ms) == 22ms);
    CHECK(b.take_due(22ms).join.size() == 128);
    CHECK(a.take_due(22ms).join.size() == 128);
  }
  SECTION("but not later") {
    CHECK(b.next_due(5ms) == 19ms);
    CHECK(b.take_due(5ms).empty());
    CHECK(b.take_due(19ms).join.size() == 128);
  }
}

TEST_CASE("schedules with own reports drain together") {
  const auto silence = std::make_shared<join_silence>();
  join_schedule a{default_join_limits(true), silence};
  join_schedule b{default_join_limits(true), silence};
  time_point now{0};
  for (join_schedule* s : {&a, &b}) {
    for (std::uint64_t i = 0; i < 100; ++i)
      s->join(group_number(i), now);
    s->take_due(now);
  }
  std::chrono::nanoseconds longest_gap{0};
  for (int round = 0; round < 4; ++round)
    for (join_schedule* s : {&a, &b}) {
      for (std::uint64_t i = 0; i < 100; ++i)
        s->rejoin(group_number(i), now);
      const auto due = s->next_due(now);
      longest_gap = std::max(longest_gap, due - now);
      now = due;
      CHECK(s->take_due(now).leave.size() == 100);
    }
  CHECK(longest_gap == 16ms); // 400 leaves of both, not of one
}

TEST_CASE("a slower kernel timer stretches the limits, a faster one does not") {
  CHECK(default_join_limits(false, 10ms).period == 40ms);
  CHECK(default_join_limits(false, 10ms).min_stay == 160ms);
  CHECK(default_join_limits(true, 10ms).drain_silence == 40ms);
  CHECK(default_join_limits(false, 1ms).period == 16ms);
  CHECK(default_join_limits(false, 1ms).min_stay == 64ms);
}

TEST_CASE("whatever is asked for, the kernel reports every group in time") {
  const auto seed = GENERATE(range(1, 21));
  std::mt19937_64 random{static_cast<std::uint64_t>(seed)};
  const join_limits limits = default_join_limits(false);
  join_schedule s{limits};
  kernel_model kernel;
  std::set<group_address> wanted;
  std::map<group_address, time_point> joined_at;
  std::optional<time_point> last_batch;
  const auto apply = [&](time_point now) {
    const batch b = s.take_due(now);
    if (b.empty())
      return;
    if (last_batch)
      CHECK(now - *last_batch >= limits.period);
    last_batch = now;
    CHECK(b.join.size() <= limits.batch_groups);
    CHECK(b.leave.size() <= limits.batch_groups);
    for (const auto& g : b.leave)
      CHECK(now - joined_at.at(g) >= limits.min_stay);
    for (const auto& g : b.join)
      joined_at[g] = now;
    kernel.apply(b, now);
    CHECK(s.joined() == kernel.joined.size());
  };

  time_point now{0};
  for (int step = 0; step < 3000; ++step) {
    const auto g = group_number(random() % 500);
    switch (random() % 5) {
    case 0:
      s.leave(g, now);
      wanted.erase(g);
      break;
    case 1:
      if (wanted.contains(g))
        s.rejoin(g, now);
      break;
    default:
      s.join(g, now);
      wanted.insert(g);
    }
    if (random() % 3 == 0)
      now += std::chrono::microseconds{random() % 4000};
    apply(now);
  }
  for (time_point due = s.next_due(now); due != time_point::max();
       due = s.next_due(now)) {
    REQUIRE(due >= now);
    now = due;
    apply(now);
  }
  kernel.advance(now + 1s);
  CHECK(kernel.joined == wanted);
  CHECK(kernel.unreported.empty());
  CHECK(kernel.never_reported == 0);
  CHECK(kernel.slowest_report == kernel_model::report_delay);
}

} // namespace troupe::test
