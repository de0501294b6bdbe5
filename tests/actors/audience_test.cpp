// SPDX-License-Identifier: BSD-3-Clause
#include "actors/audience.hpp"

#include "tests/support/catch.hpp"

using namespace troupe;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t mib = 1 << 20;
constexpr auto start = 1h; // any time but zero

ip6_address host(std::uint8_t number) {
  ip6_address who;
  who.bytes = {0xfe, 0x80};
  who.bytes[15] = number;
  return who;
}

struct fixture {
  audience_options options{.preparation = 60ms,
                           .arrival_gap = 10ms,
                           .memory = 100ms,
                           .reach_bytes = 24 * mib,
                           .max_members = 2};
  audience who{options};
  std::shared_ptr<source> file = make_blob_source(blob{});
  std::shared_ptr<source> other = make_blob_source(blob{});

  bool may_grow(std::uint64_t offset, std::chrono::nanoseconds after) const {
    return who.may_grow(file.get(), offset, start + after);
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "without anybody there is nobody to wait for",
                 "[actors][audience]") {
  CHECK_FALSE(may_grow(0, 0ms));
}

TEST_CASE_METHOD(fixture, "who asked for an earlier range will ask for this",
                 "[actors][audience]") {
  who.asked(host(1), file.get(), 5 * mib, start);
  CHECK(may_grow(6 * mib, 1ms));
  CHECK(may_grow(29 * mib, 1ms));
  CHECK_FALSE(may_grow(29 * mib + 1, 1ms)); // too far ahead of it
  CHECK_FALSE(may_grow(5 * mib, 1ms));      // it has asked for that
  CHECK_FALSE(may_grow(4 * mib, 1ms));
  CHECK_FALSE(who.may_grow(other.get(), 6 * mib, start + 1ms));
}

TEST_CASE_METHOD(fixture, "who fell silent is not waited for",
                 "[actors][audience]") {
  who.asked(host(1), file.get(), 0, start);
  CHECK(may_grow(mib, 99ms));
  CHECK_FALSE(may_grow(mib, 100ms));
}

TEST_CASE_METHOD(fixture, "the last range that a receiver asked for counts",
                 "[actors][audience]") {
  who.asked(host(1), file.get(), 0, start);
  who.asked(host(1), file.get(), 3 * mib, start + 1ms);
  CHECK_FALSE(may_grow(2 * mib, 2ms));
  CHECK(may_grow(4 * mib, 2ms));
}

TEST_CASE_METHOD(fixture, "any one that is behind is enough",
                 "[actors][audience]") {
  who.asked(host(1), file.get(), 9 * mib, start);
  who.asked(host(2), file.get(), 2 * mib, start);
  CHECK(may_grow(9 * mib, 1ms));
  CHECK_FALSE(may_grow(2 * mib, 1ms));
}

TEST_CASE_METHOD(fixture, "who asked for a manifest will ask for data soon",
                 "[actors][audience]") {
  who.arrived(host(1), start);
  CHECK(may_grow(0, 0ms));
  CHECK(may_grow(100 * mib, 59ms)); // of whatever file
  CHECK_FALSE(may_grow(0, 60ms));
}

TEST_CASE_METHOD(fixture, "an arrival lets others arrive for a moment",
                 "[actors][audience]") {
  who.arrived(host(1), start);
  who.asked(host(1), file.get(), 0, start + 1ms);
  CHECK(may_grow(0, 9ms)); // another may have been started together with it
  CHECK_FALSE(may_grow(0, 10ms));
}

TEST_CASE_METHOD(fixture, "more receivers than are remembered do no harm",
                 "[actors][audience]") {
  who.asked(host(1), file.get(), 9 * mib, start);
  who.asked(host(2), file.get(), 9 * mib, start);
  who.asked(host(3), file.get(), mib, start);
  CHECK_FALSE(may_grow(2 * mib, 1ms)); // the third is not known
  who.asked(host(2), file.get(), mib, start + 1ms);
  CHECK(may_grow(2 * mib, 1ms)); // those that are known can go on
}

TEST_CASE_METHOD(fixture, "who is gone makes room for others",
                 "[actors][audience]") {
  who.asked(host(1), file.get(), 0, start);
  who.arrived(host(2), start + 50ms);
  who.expire(start + 100ms); // nobody is older than the longest memory
  who.asked(host(3), file.get(), 0, start + 100ms);
  CHECK_FALSE(may_grow(mib, 111ms));
  who.expire(start + 101ms); // the first one is
  who.asked(host(3), file.get(), 0, start + 102ms);
  CHECK(may_grow(mib, 111ms));
}

TEST_CASE("newcomers are told what is being sent", "[actors][audience]") {
  audience here;
  CHECK_FALSE(here.position(start));
  here.sending(3 * mib, 77, start);
  CHECK(here.position(start + 99ms) == range_position{3, 77});
  here.sending(9 * mib, 78, start + 50ms);
  CHECK(here.position(start + 60ms) == range_position{9, 78});
  CHECK_FALSE(here.position(start + 200ms));
}
