// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/parameters.hpp"
#include "raptorq/tables.hpp"
#include "tests/support/catch.hpp"

namespace troupe::raptorq {

namespace {

bool prime(std::uint32_t n) {
  for (std::uint32_t d = 2; d * d <= n; ++d)
    if (n % d == 0)
      return false;
  return n > 1;
}

} // namespace

TEST_CASE("every line of table 2 has the primes that section 5.3.3.3 asks for",
          "[parameters]") {
  std::uint32_t before = 0;
  for (std::uint32_t row = 0; row < systematic_rows; ++row) {
    const parameters code = parameters_of_row(row);
    INFO("K' = " << code.k_prime);
    REQUIRE(code.k_prime > before);
    before = code.k_prime;
    REQUIRE(prime(code.s));
    REQUIRE(prime(code.w));
    REQUIRE(prime(code.p1));
    REQUIRE(code.l == code.k_prime + code.s + code.h);
    REQUIRE(code.p + code.w == code.l);
    REQUIRE(code.b + code.s == code.w);
    REQUIRE(code.u + code.h == code.p);
    REQUIRE(code.p >= code.h);
    REQUIRE(1 + code.b / code.s < code.s);
    REQUIRE(code.p1 >= code.p);
    for (std::uint32_t n = code.p; n < code.p1; ++n)
      REQUIRE_FALSE(prime(n));
  }
  REQUIRE(parameters_of_row(0).k_prime == 10);
  REQUIRE(before == source_symbols_max);
}

TEST_CASE("K is rounded up to the next K' of the table", "[parameters]") {
  REQUIRE(parameters_for(1)->k_prime == 10);
  REQUIRE(parameters_for(10)->k_prime == 10);
  REQUIRE(parameters_for(11)->k_prime == 12);
  REQUIRE(parameters_for(32)->k_prime == 32);
  REQUIRE(parameters_for(33)->k_prime == 36);
  REQUIRE(parameters_for(56403)->k_prime == 56403);
  for (std::uint32_t row = 1; row < systematic_rows; ++row) {
    const std::uint32_t below = parameters_of_row(row - 1).k_prime;
    REQUIRE(parameters_for(below)->index == row - 1);
    REQUIRE(parameters_for(below + 1)->index == row);
  }
}

TEST_CASE("a K that no block can have gives no parameters", "[parameters]") {
  REQUIRE_FALSE(parameters_for(0));
  REQUIRE_FALSE(parameters_for(56404));
  REQUIRE_FALSE(parameters_for(0xffffffffU));
}

} // namespace troupe::raptorq
