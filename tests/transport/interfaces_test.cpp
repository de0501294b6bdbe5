// SPDX-License-Identifier: BSD-3-Clause
#include "tests/transport/support.hpp"
#include "transport/interfaces_linux.hpp"

namespace troupe::test {

TEST_CASE("an interface is found by name and by number") {
  const auto by_name = find_interface("lo");
  REQUIRE(by_name);
  const auto by_number = find_interface(std::to_string(*by_name));
  REQUIRE(by_number);
  CHECK(*by_number == *by_name);
}

TEST_CASE("an interface that is not there is named among those that are") {
  for (const char* name :
       {"no-such-if", "", "0", "-1", "99999999", "1x", "4294967297"}) {
    const auto found = find_interface(name);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == errc::no_device);
    CHECK(found.error().what.find(name) != std::string::npos);
    CHECK(found.error().what.find(" lo") != std::string::npos);
  }
}

TEST_CASE("lo is listed as what it is") {
  const auto all = list_interfaces();
  const auto lo = std::find_if(all.begin(), all.end(),
                               [](const auto& i) { return i.name == "lo"; });
  REQUIRE(lo != all.end());
  CHECK(lo->loopback);
  CHECK_FALSE(lo->is_usable());
}

TEST_CASE("only fe80::/10 is link-local") {
  CHECK(is_link_local(*parse_ip6("fe80::1")));
  CHECK(is_link_local(*parse_ip6("febf:ffff::1")));
  for (const char* text :
       {"::", "::1", "fec0::1", "fe7f::1", "ff02::1", "2001:db8::1"})
    CHECK_FALSE(is_link_local(*parse_ip6(text)));
}

} // namespace troupe::test
