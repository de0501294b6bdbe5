// SPDX-License-Identifier: BSD-3-Clause
#include "tool/doctor/meeting.hpp"

#include "tests/support/catch.hpp"

using namespace troupe::doctor;

namespace {

meeting good() {
  meeting one;
  one.others = 1;
  one.heard_small = one.heard_full = one.was_heard = one.was_heard_full = true;
  one.packets_heard = one.packets_sent_by_other = 40;
  return one;
}

std::string first_id(const meeting& what) {
  return judge(what, "room").front().id;
}

} // namespace

TEST_CASE("a meeting where all packets go both ways is well") {
  const auto found = judge(good(), "room");
  REQUIRE(found.size() == 1);
  CHECK(found.front().how == severity::ok);
}

TEST_CASE("what was lost on the way is told when it is more than a little") {
  auto one = good();
  one.packets_heard = 39;
  CHECK(judge(one, "room").size() == 1);
  one.packets_heard = 30;
  CHECK(first_id(one) == "loss");
}

TEST_CASE("each way a meeting can go wrong has its finding") {
  meeting none;
  CHECK(first_id(none) == "nobody-met");
  auto one = good();
  one.was_heard = one.was_heard_full = false;
  CHECK(first_id(one) == "one-way");
  one = good();
  one.heard_full = false;
  CHECK(first_id(one) == "full-packets-lost");
  one = good();
  one.was_heard_full = false;
  CHECK(first_id(one) == "full-packets-lost-there");
  one.failed = true;
  CHECK(first_id(one) == "cannot-meet");
}
