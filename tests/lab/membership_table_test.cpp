// SPDX-License-Identifier: BSD-3-Clause
#include "lab/membership_table.hpp"

#include "tests/support/catch.hpp"

using namespace troupe;
using namespace troupe::lab;
using namespace std::chrono_literals;

namespace {

ip6_address numbered(std::uint8_t first, std::uint16_t number) {
  ip6_address address;
  address.bytes[0] = first;
  address.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  address.bytes[15] = static_cast<std::uint8_t>(number);
  return address;
}
group_address group(std::uint16_t number) { return numbered(0xff, number); }
ip6_address host(std::uint16_t number) { return numbered(0xfe, number); }

group_change join(std::uint16_t g, std::uint16_t who) {
  return {group(g), host(who), 0, membership::wanted};
}
group_change leave(std::uint16_t g, std::uint16_t who) {
  return {group(g), host(who), 0, membership::done};
}

using routes = std::vector<group_route>;

} // namespace

TEST_CASE("a group is forwarded to the links where it has members") {
  membership_table table;
  table.hear(1, join(1, 1), 0s);
  table.hear(2, join(2, 2), 0s);
  table.hear(2, join(1, 2), 0s);
  CHECK(table.take_changes() == routes{{group(1), 0b110}, {group(2), 0b100}});
  CHECK(table.take_changes().empty());
  CHECK(table.all() == routes{{group(1), 0b110}, {group(2), 0b100}});
}

TEST_CASE("a second member changes nothing, nor does the first one's leave") {
  membership_table table;
  table.hear(1, join(1, 1), 0s);
  table.take_changes();
  table.hear(1, join(1, 2), 0s);
  table.hear(1, join(1, 1), 0s);
  CHECK(table.take_changes().empty());
  table.hear(1, leave(1, 1), 0s);
  CHECK(table.take_changes().empty());
  table.hear(1, leave(1, 2), 0s);
  CHECK(table.take_changes() == routes{{group(1), 0, true}});
  CHECK(table.all().empty());
}

TEST_CASE("leaves of groups or hosts that nobody knows mean nothing") {
  membership_table table;
  table.hear(1, leave(1, 1), 0s);
  table.hear(1, join(1, 1), 0s);
  table.hear(1, leave(1, 9), 0s);
  table.hear(2, leave(1, 1), 0s);
  CHECK(table.take_changes() == routes{{group(1), 0b10}});
}

TEST_CASE("a leave and a join between two looks are both told") {
  membership_table table;
  table.hear(1, join(1, 1), 0s);
  table.take_changes();
  table.hear(1, leave(1, 1), 1s);
  table.hear(1, join(1, 1), 1s);
  CHECK(table.take_changes() == routes{{group(1), 0b10, true}});
  CHECK(table.take_changes().empty());
  // Not when somebody else stayed.
  table.hear(1, join(1, 2), 2s);
  table.hear(1, leave(1, 1), 2s);
  table.hear(1, join(1, 1), 2s);
  CHECK(table.take_changes().empty());
}

TEST_CASE("members that are not heard of are forgotten") {
  membership_table table;
  table.hear(1, join(1, 1), 0s);
  table.hear(2, join(1, 2), 0s);
  table.take_changes();
  table.hear(1, join(1, 1), 30s);
  table.expire(44s);
  CHECK(table.take_changes().empty());
  table.expire(45s);
  CHECK(table.take_changes() == routes{{group(1), 0b10}});
  table.expire(75s);
  CHECK(table.take_changes() == routes{{group(1), 0}});
}

TEST_CASE("the number of groups has a bound, and room comes back") {
  membership_table table{3};
  for (std::uint16_t i = 0; i < 10; ++i)
    table.hear(1, join(i, 1), 0s);
  CHECK(table.take_changes().size() == 3);
  CHECK(table.refused() == 7);
  table.hear(1, leave(0, 1), 0s);
  table.take_changes();
  table.hear(1, join(9, 1), 0s);
  CHECK(table.take_changes() == routes{{group(9), 0b10}});
}

TEST_CASE("more members than are remembered keep a group for a lifetime") {
  membership_table table;
  for (std::uint16_t i = 0; i < 1000; ++i)
    table.hear(1, join(1, i), 0s);
  CHECK(table.take_changes() == routes{{group(1), 0b10}});
  for (std::uint16_t i = 0; i < 1000; ++i)
    table.hear(1, leave(1, i), 1s);
  CHECK(table.take_changes().empty());
  table.expire(46s);
  CHECK(table.take_changes() == routes{{group(1), 0}});
}
