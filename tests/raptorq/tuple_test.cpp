// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/tables.hpp"
#include "raptorq/tuple.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

#include <set>

namespace troupe::raptorq {

TEST_CASE("Deg[] changes exactly at the values of table 1", "[parameters]") {
  constexpr std::uint32_t w = 1000;
  REQUIRE(degree(0, w) == 1);
  for (std::uint32_t d = 1; d < degree_max; ++d) {
    REQUIRE(degree(degree_table[d] - 1, w) == d);
    REQUIRE(degree(degree_table[d], w) == d + 1);
  }
  REQUIRE(degree((1U << 20) - 1, w) == 30);
  REQUIRE(degree((1U << 20) - 1, 17) == 15);
}

TEST_CASE("Rand[] is the sum of four table look-ups", "[parameters]") {
  REQUIRE(rand_number(0, 0, 0xffffffffU) ==
          (random_table[0][0] ^ random_table[1][0] ^ random_table[2][0] ^
           random_table[3][0]));
  REQUIRE(rand_number(0x04030201, 7, 1000) ==
          (random_table[0][8] ^ random_table[1][9] ^ random_table[2][10] ^
           random_table[3][11]) %
              1000);
  REQUIRE(rand_number(0xffffffff, 1, 1U << 20) ==
          (random_table[0][0] ^ random_table[1][0] ^ random_table[2][0] ^
           random_table[3][0]) %
              (1U << 20));
}

TEST_CASE("LT rows name distinct columns within range", "[parameters]") {
  test::random_source random(1);
  for (std::uint32_t row = 0; row < systematic_rows; ++row) {
    const parameters code = parameters_of_row(row);
    for (int n = 0; n < 200; ++n) {
      const lt_row terms =
          lt_row_for(code, random.below(esi_limit + code.k_prime));
      REQUIRE(terms.lt_count >= 1);
      REQUIRE(terms.lt_count <= std::min(30U, code.w - 2));
      REQUIRE(terms.pi_count >= 2);
      REQUIRE(terms.pi_count <= (terms.lt_count < 4 ? 3U : 2U));
      const std::set<std::uint16_t> lt(terms.lt.begin(),
                                       terms.lt.begin() + terms.lt_count);
      const std::set<std::uint16_t> pi(terms.pi.begin(),
                                       terms.pi.begin() + terms.pi_count);
      REQUIRE(lt.size() == terms.lt_count);
      REQUIRE(pi.size() == terms.pi_count);
      REQUIRE(*lt.rbegin() < code.w);
      REQUIRE(*pi.rbegin() < code.p);
    }
  }
}

} // namespace troupe::raptorq
