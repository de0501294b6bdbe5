// SPDX-License-Identifier: BSD-3-Clause
#include "actors/host_budget.hpp"

#include "tests/support/catch.hpp"

using namespace troupe;
using namespace std::chrono_literals;

namespace {

ip6_address host(std::uint8_t number) {
  ip6_address out{};
  out.bytes = {0xfe, 0x80};
  out.bytes[15] = number;
  return out;
}

} // namespace

TEST_CASE("a host has its burst, then its share of what is sent",
          "[actors][host_budget]") {
  host_budget budget{{.burst_bytes = 1000, .share = 10}};
  CHECK(budget.take(host(1), 900, 0ms));
  CHECK_FALSE(budget.take(host(1), 200, 0ms));
  CHECK(budget.take(host(2), 200, 0ms)); // another has its own
  budget.sends(999);
  CHECK_FALSE(budget.take(host(1), 200, 0ms));
  budget.sends(1);
  CHECK(budget.take(host(1), 200, 0ms));
  CHECK_FALSE(budget.take(host(1), 1, 0ms));
  // No more than the burst is saved.
  budget.sends(1'000'000);
  CHECK_FALSE(budget.take(host(1), 1001, 0ms));
  CHECK(budget.take(host(1), 1000, 0ms));
  CHECK_FALSE(budget.take(host(1), 1, 0ms));
}

TEST_CASE("small sendings add up", "[actors][host_budget]") {
  host_budget budget{{.burst_bytes = 100, .share = 10}};
  CHECK(budget.take(host(1), 100, 0ms));
  for (int i = 0; i < 100; ++i) {
    CHECK(budget.take(host(1), 10, 0ms) == (i == 99));
    budget.sends(1);
    if (i == 98)
      budget.sends(1);
  }
}

TEST_CASE("accounts are bounded, and full ones are forgotten",
          "[actors][host_budget]") {
  host_budget budget{{.burst_bytes = 100, .share = 10, .max_hosts = 2}};
  CHECK(budget.take(host(1), 10, 0ms));
  CHECK(budget.take(host(2), 100, 0ms));
  CHECK_FALSE(budget.take(host(3), 1, 0ms));
  budget.sends(100);
  budget.expire(0ms);
  CHECK(budget.accounts() == 1);
  CHECK(budget.take(host(3), 1, 0ms));
}

TEST_CASE("a host is alone while no other asks", "[actors][host_budget]") {
  host_budget budget;
  CHECK(budget.is_alone(host(1), 5s));
  budget.asked(host(1), 5s);
  budget.asked(host(1), 6s);
  CHECK(budget.is_alone(host(1), 6s));
  CHECK(budget.is_one(6s));
  CHECK_FALSE(budget.is_alone(host(2), 6s));
  budget.asked(host(2), 6s);
  budget.asked(host(2), 6500ms);
  CHECK_FALSE(budget.is_alone(host(1), 6500ms));
  CHECK_FALSE(budget.is_alone(host(2), 6500ms));
  CHECK_FALSE(budget.is_one(6500ms));
  CHECK(budget.is_alone(host(2), 7s));
  CHECK(budget.is_alone(host(1), 7500ms));
  CHECK(budget.is_one(7500ms));
}

TEST_CASE("while all are short each has more", "[actors][host_budget]") {
  host_budget budget{{.burst_bytes = 1000, .share = 40, .share_of_short = 8}};
  budget.asked(host(1), 0ms);
  budget.asked(host(2), 0ms);
  CHECK(budget.take(host(1), 1000, 0ms));
  budget.sends(4000);
  CHECK_FALSE(budget.take(host(1), 500, 0ms)); // the other needs nothing
  CHECK(budget.take(host(2), 1000, 0ms));
  CHECK(budget.take(host(1), 500, 1ms));
  CHECK_FALSE(budget.take(host(1), 1, 2ms));
  // Somebody who lost nothing came.
  budget.sends(4000);
  budget.asked(host(3), 3ms);
  CHECK_FALSE(budget.take(host(1), 500, 4ms));
  // And went.
  budget.asked(host(1), 1003ms);
  budget.asked(host(2), 1003ms);
  CHECK(budget.take(host(1), 500, 1004ms));
}
