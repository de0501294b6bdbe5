// SPDX-License-Identifier: BSD-3-Clause
#include "lab/link_lane.hpp"

#include "tests/support/catch.hpp"

#include <cstring>

using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

using ns = std::chrono::nanoseconds;

/// A frame that is its number.
std::vector<std::byte> frame(std::uint32_t number, std::size_t bytes = 60) {
  std::vector<std::byte> all(bytes);
  std::memcpy(all.data(), &number, sizeof number);
  return all;
}

struct arrival {
  std::uint32_t number;
  ns at;
  bool operator==(const arrival&) const = default;
};

/// Frames 0, 1, 2 ... one each `every`, and what comes out, each at the
/// moment when it is due.
std::vector<arrival> play(link_lane& lane, std::uint32_t frames, ns every) {
  std::vector<arrival> came;
  const auto deliver = [&](ns until) {
    for (auto due = lane.next_due(); due && *due <= until;
         due = lane.next_due()) {
      const auto got = lane.take(*due);
      REQUIRE(got.size() == 60);
      std::uint32_t number = 0;
      std::memcpy(&number, got.data(), sizeof number);
      came.push_back({number, *due});
    }
  };
  for (std::uint32_t i = 0; i < frames; ++i) {
    deliver(i * every);
    lane.put(i * every, frame(i));
  }
  deliver(ns::max());
  return came;
}

std::vector<std::uint32_t> runs_of_losses(const std::vector<arrival>& came,
                                          std::uint32_t frames) {
  std::vector<std::uint32_t> runs;
  std::uint32_t next = 0;
  const auto gap = [&](std::uint32_t until) {
    if (until > next)
      runs.push_back(until - next);
    next = until + 1;
  };
  for (const auto& one : came)
    gap(one.number);
  gap(frames);
  return runs;
}

} // namespace

TEST_CASE("a link delays each frame by as much as it is told") {
  link_faults faults;
  faults.delay = 5ms;
  link_lane lane{faults, 1};
  CHECK_FALSE(lane.next_due());
  lane.put(10ms, frame(7));
  CHECK(lane.next_due() == ns{15ms});
  CHECK(lane.take(14'999'999ns).empty());
  CHECK(lane.take(15ms).size() == 60);
  CHECK(lane.take(1h).empty());
  link_lane fresh{faults, 1};
  for (const auto& one : play(fresh, 100, 1ms))
    CHECK(one.at == one.number * ns{1ms} + 5ms);
}

TEST_CASE("jitter spreads the delay and keeps the order") {
  link_faults faults;
  faults.delay = 5ms;
  faults.jitter = 2ms;
  link_lane lane{faults, 3};
  const auto came = play(lane, 2000, 10ms);
  REQUIRE(came.size() == 2000);
  ns least{1h}, most{0}, total{0};
  for (std::uint32_t i = 0; i < 2000; ++i) {
    CHECK(came[i].number == i);
    const auto waited = came[i].at - i * ns{10ms};
    least = std::min(least, waited);
    most = std::max(most, waited);
    total += waited;
  }
  CHECK(least >= 3ms);
  CHECK(least < 3100us);
  CHECK(most <= 7ms);
  CHECK(most > 6900us);
  CHECK(total / 2000 > 4900us);
  CHECK(total / 2000 < 5100us);

  link_lane crowded{faults, 3};
  const auto dense = play(crowded, 2000, 10us);
  for (std::uint32_t i = 0; i < 2000; ++i)
    CHECK(dense[i].number == i);
}

TEST_CASE("jitter beyond the delay never delivers before the frame came") {
  link_faults faults;
  faults.delay = 1ms;
  faults.jitter = 5ms;
  link_lane lane{faults, 4};
  for (const auto& one : play(lane, 500, 20ms))
    CHECK(one.at >= one.number * ns{20ms});
}

TEST_CASE("frames that do not wait overtake those that do") {
  link_faults faults;
  faults.delay = 5ms;
  faults.reorder_pct = 10;
  link_lane lane{faults, 5};
  const auto came = play(lane, 5000, 1ms);
  REQUIRE(came.size() == 5000);
  std::uint32_t early = 0;
  for (const auto& one : came)
    early += one.at == one.number * ns{1ms} ? 1 : 0;
  CHECK(early > 400);
  CHECK(early < 600);
  CHECK(lane.counts().reordered == early);
}

TEST_CASE("duplicates follow their originals") {
  link_faults faults;
  faults.delay = 1ms;
  faults.duplicate_pct = 20;
  link_lane lane{faults, 6};
  const auto came = play(lane, 5000, 100us);
  CHECK(came.size() == 5000 + lane.counts().duplicated);
  CHECK(lane.counts().duplicated > 850);
  CHECK(lane.counts().duplicated < 1150);
  CHECK(lane.counts().carried == came.size());
  for (std::size_t i = 1; i < came.size(); ++i)
    CHECK(came[i].number - came[i - 1].number <= 1);
}

TEST_CASE("loss has the share and the mean run that were asked for") {
  struct expectation {
    double loss_pct, burst, mean_run;
  };
  constexpr std::uint32_t frames = 200'000;
  // Without bursts, half the frames lost makes runs of two.
  for (const auto& [loss, burst, mean] :
       {expectation{1, 1, 1.01}, {50, 1, 2}, {2, 8, 8}, {5, 20, 20}}) {
    link_faults faults;
    faults.loss_pct = loss;
    faults.burst_frames = burst;
    link_lane lane{faults, 7};
    const auto came = play(lane, frames, 1us);
    const auto lost = static_cast<double>(frames - came.size());
    CHECK(lane.counts().lost == frames - came.size());
    CHECK(lost / frames * 100 == Approx(loss).epsilon(0.1));
    const auto runs = runs_of_losses(came, frames);
    CHECK(lost / static_cast<double>(runs.size()) == Approx(mean).epsilon(0.1));
  }
}

TEST_CASE("everything is lost at 100 percent, and nothing at none") {
  link_faults faults;
  faults.loss_pct = 100;
  link_lane lane{faults, 8};
  CHECK(play(lane, 1000, 1us).empty());
  lane.set_loss(0);
  CHECK(play(lane, 1000, 1us).size() == 1000);
  lane.set_loss(-3);
  CHECK(play(lane, 1000, 1us).size() == 1000);
}

TEST_CASE("the fate of frames follows from the seed, not from their times") {
  link_faults faults;
  faults.delay = 5ms;
  faults.jitter = 1ms;
  faults.reorder_pct = 2;
  faults.duplicate_pct = 3;
  faults.loss_pct = 4;
  faults.burst_frames = 3;
  link_lane one{faults, 9};
  link_lane same{faults, 9};
  link_lane other{faults, 10};
  const auto came = play(one, 3000, 1ms);
  CHECK(came == play(same, 3000, 1ms));
  CHECK(came != play(other, 3000, 1ms));
  link_lane hasty{faults, 9};
  CHECK(play(hasty, 3000, 1us).size() == came.size());
}

TEST_CASE("a full link drops what comes, and goes on when there is room") {
  link_faults faults;
  faults.delay = 1ms;
  link_lane lane{faults, 11, 300};
  for (std::uint32_t i = 0; i < 500; ++i)
    lane.put(0ms, frame(i));
  CHECK(lane.counts().overflowed == 200);
  for (std::uint32_t i = 0; i < 300; ++i)
    CHECK_FALSE(lane.take(1ms).empty());
  CHECK(lane.take(1ms).empty());
  lane.put(2ms, frame(1));
  CHECK(lane.counts().overflowed == 200);
  CHECK_FALSE(lane.take(3ms).empty());
}

TEST_CASE("frames that are too long for a link are dropped") {
  link_lane lane{{}, 12};
  lane.put(0ms, frame(1, link_lane::frame_room));
  CHECK(lane.counts().overflowed == 1);
  CHECK_FALSE(lane.next_due());
  lane.put(0ms, frame(1, link_lane::frame_room - 1));
  CHECK(lane.take(0ms).size() == link_lane::frame_room - 1);
}
