// SPDX-License-Identifier: BSD-3-Clause
#include "actors/fetch_window.hpp"

#include "tests/support/catch.hpp"

using namespace troupe;
using namespace std::chrono_literals;

namespace {

using ids = std::vector<channel_id>;

} // namespace

TEST_CASE("a silent channel is asked for again after the first wait",
          "[actors][fetch_window]") {
  fetch_window window;
  window.opened(1, 0ms);
  CHECK(window.take_silent(249ms).empty());
  CHECK(window.take_silent(250ms) == ids{1});
}

TEST_CASE("silence backs off up to two seconds", "[actors][fetch_window]") {
  fetch_window window;
  window.opened(1, 0ms);
  time_point now{0};
  for (const auto wait : {250ms, 500ms, 1000ms, 2000ms, 2000ms, 2000ms}) {
    INFO("wait " << wait.count());
    CHECK(window.take_silent(now + wait - 1ms).empty());
    now += wait;
    CHECK(window.take_silent(now) == ids{1});
  }
}

TEST_CASE("a transmission that ended too early is repeated soon",
          "[actors][fetch_window]") {
  fetch_window window;
  window.opened(1, 0ms);
  window.heard(1, 5ms);
  window.heard(1, 6ms);
  CHECK(window.take_silent(20ms).empty());
  CHECK(window.take_silent(60ms) == ids{1});
}

TEST_CASE("who doubts what comes does not ask for more of it at once",
          "[actors][fetch_window]") {
  fetch_window window;
  window.be_patient(500ms);
  window.opened(1, 0ms);
  window.rejected(1, 5ms);
  CHECK(window.take_silent(504ms).empty());
  CHECK(window.take_silent(505ms) == ids{1});
  window.be_patient(0ms);
  window.rejected(1, 510ms);
  CHECK(window.take_silent(570ms) == ids{1});
}

TEST_CASE("a measured round trip shortens the wait for the next channel",
          "[actors][fetch_window]") {
  fetch_window window;
  window.opened(1, 0ms);
  window.heard(1, 4ms);
  window.closed(1, 5ms);
  CHECK(window.round_trip() == 4ms);
  window.opened(2, 100ms);
  CHECK(window.take_silent(159ms).empty());
  CHECK(window.take_silent(160ms) == ids{2});
}

TEST_CASE("an answer to a repeated request measures nothing",
          "[actors][fetch_window]") {
  fetch_window window;
  window.opened(1, 0ms);
  REQUIRE(window.take_silent(250ms) == ids{1});
  window.heard(1, 252ms);
  CHECK(window.round_trip() == 0ms);
}

TEST_CASE("the window doubles each round trip while all goes well",
          "[actors][fetch_window]") {
  fetch_window window{{.initial_units = 8, .max_units = 64}};
  channel_id next = 1;
  std::uint32_t before = window.capacity();
  for (int trip = 0; trip < 3; ++trip) {
    const auto first = next;
    for (std::uint32_t i = 0; i < before; ++i)
      window.opened(next++, 0ms);
    for (auto id = first; id < next; ++id)
      window.closed(id, 1ms);
    CHECK(window.capacity() == 2 * before);
    before = window.capacity();
  }
  CHECK(window.capacity() == 64);
  window.opened(next, 0ms);
  window.closed(next, 1ms);
  CHECK(window.capacity() == 64);
}

TEST_CASE("many repeats shrink the window, single ones do not",
          "[actors][fetch_window]") {
  fetch_window window{{.initial_units = 100, .max_units = 100}};
  for (channel_id id = 1; id <= 100; ++id)
    window.opened(id, 0ms);
  SECTION("three of a hundred") {
    for (channel_id id = 4; id <= 100; ++id)
      window.closed(id, 10ms);
    REQUIRE(window.take_silent(300ms).size() == 3);
    CHECK(window.capacity() == 100);
  }
  SECTION("all of them") {
    REQUIRE(window.take_silent(300ms).size() == 100);
    CHECK(window.capacity() == 70);
  }
}

TEST_CASE("the window never falls below its minimum",
          "[actors][fetch_window]") {
  fetch_window window{{.initial_units = 100, .min_units = 16}};
  for (int i = 0; i < 50; ++i)
    window.dropped_here(time_point{i});
  CHECK(window.capacity() == 16);
}

TEST_CASE("silent channels come in the order of their numbers",
          "[actors][fetch_window]") {
  fetch_window window;
  for (channel_id id : {9, 3, 7, 1, 5})
    window.opened(id, 0ms);
  CHECK(window.take_silent(1s) == ids{1, 3, 5, 7, 9});
}

TEST_CASE("a range counts as many units as it has chunks",
          "[actors][fetch_window]") {
  fetch_window window{{.initial_units = 128, .max_units = 640}};
  window.opened(1, 0ms, 32);
  window.opened(2, 0ms, 32);
  window.opened(3, 0ms);
  CHECK(window.open_units() == 65);
  window.closed(1, 1ms);
  CHECK(window.open_units() == 33);
  window.closed(1, 1ms); // closed already
  window.closed(99, 1ms);
  CHECK(window.open_units() == 33);
  window.closed(3, 1ms);
  window.closed(2, 1ms);
  CHECK(window.open_units() == 0);
}

TEST_CASE("ranges double the window in a round trip as chunks do",
          "[actors][fetch_window]") {
  fetch_window window{{.initial_units = 128, .max_units = 640}};
  for (channel_id id = 1; id <= 4; ++id)
    window.opened(id, 0ms, 32);
  for (channel_id id = 1; id <= 4; ++id)
    window.closed(id, 1ms);
  CHECK(window.capacity() == 256);
  for (channel_id id = 11; id <= 30; ++id) {
    window.opened(id, 2ms, 32);
    window.closed(id, 3ms);
  }
  CHECK(window.capacity() == 640);
}

TEST_CASE("after loss a round trip of ranges adds one range",
          "[actors][fetch_window]") {
  fetch_window window{
      {.initial_units = 457, .min_units = 128, .max_units = 640}};
  window.dropped_here(0ms); // to 70 %: ten ranges
  const auto before = window.capacity();
  REQUIRE(before == 319);
  for (channel_id id = 1; id <= 10; ++id)
    window.opened(id, 0ms, 32);
  for (channel_id id = 1; id <= 10; ++id)
    window.closed(id, 1ms);
  CHECK(window.capacity() > before + 28);
  CHECK(window.capacity() <= before + 33);
}

TEST_CASE("the window of ranges keeps to its bounds", "[actors][fetch_window]") {
  fetch_window window{
      {.initial_units = 256, .min_units = 128, .max_units = 640}};
  CHECK(window.capacity() == 256);
  for (int i = 0; i < 20; ++i)
    window.dropped_here(time_point{i});
  CHECK(window.capacity() == 128);
}
