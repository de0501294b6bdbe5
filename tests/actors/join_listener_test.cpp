// SPDX-License-Identifier: BSD-3-Clause
#include "actors/join_listener.hpp"

#include "tests/support/catch.hpp"

using namespace troupe;

namespace {

group_change record(std::uint8_t host, std::uint8_t group, membership change) {
  group_change result;
  result.group.bytes = {0xff, 0x1e, group};
  result.reporter.bytes = {0xfe, 0x80, host};
  result.change = change;
  return result;
}

constexpr auto join = membership::wanted;
constexpr auto leave = membership::done;

} // namespace

TEST_CASE("repeated records of a host count once", "[actors][join_listener]") {
  const auto result = coalesce(
      {record(1, 1, join), record(1, 1, join), record(2, 1, join),
       record(1, 2, join), record(1, 1, join)});
  REQUIRE(result.size() == 3);
  CHECK(result[0].reporter.bytes[2] == 1);
  CHECK(result[1].reporter.bytes[2] == 2);
  CHECK(result[2].group.bytes[2] == 2);
}

TEST_CASE("leave and join of a host stay a pair, in order",
          "[actors][join_listener]") {
  const auto result =
      coalesce({record(1, 1, leave), record(1, 1, leave), record(1, 1, join),
                record(1, 1, join), record(1, 1, leave)});
  REQUIRE(result.size() == 3);
  CHECK(result[0].change == leave);
  CHECK(result[1].change == join);
  CHECK(result[2].change == leave);
}
