// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/constraint_matrix.hpp"
#include "raptorq/octet_math.hpp"
#include "tests/raptorq/reference_codec.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

namespace troupe::raptorq {

namespace {

using octets = std::vector<std::uint8_t>;

// The HDPC rows multiplied out from their factors.
std::vector<octets> multiply_out(const parameters& code) {
  const std::vector<std::uint8_t> pairs = make_hdpc_rows(code);
  const std::uint32_t columns = code.k_prime + code.s;
  std::vector<octets> out(code.h, octets(code.l));
  for (std::uint32_t unit = 0; unit < columns; ++unit) {
    std::uint8_t sum = 0;
    for (std::uint32_t j = 0; j < columns; ++j) {
      sum = octet_double(sum);
      if (j == unit)
        sum = 1;
      if (j + 1 < columns)
        for (unsigned n = 0; n < 2; ++n)
          out[pairs[2 * j + n]][unit] ^= sum;
    }
    for (std::uint32_t i = 0; i < code.h; ++i)
      out[i][unit] ^= octet_mul(octet_exp(i), sum);
  }
  for (std::uint32_t i = 0; i < code.h; ++i)
    out[i][columns + i] ^= 1;
  return out;
}

} // namespace

TEST_CASE("the constraint matrix is that of section 5.3.3.4.2", "[plans]") {
  for (const std::uint32_t k : {10U, 12U, 32U, 101U, 248U}) {
    INFO("K' for " << k);
    const parameters code = parameters_for(k).value();
    const test::reference_codec reference(k);
    const std::vector<std::uint32_t> isis = {
        0, 1, 5, code.k_prime, 99999, esi_limit - 1};
    const binary_rows rows = make_binary_rows(code, isis);
    REQUIRE(rows.count == code.s + isis.size());
    for (std::uint32_t row = 0; row < rows.count; ++row) {
      octets dense(code.l);
      for (const std::uint16_t column : rows.lt_of(row))
        dense[column] ^= 1;
      for (const std::uint16_t column : rows.pi_of(row))
        dense[code.w + column] ^= 1;
      REQUIRE(dense == reference.row(row < code.s ? row : row + code.h, isis));
    }
    const std::vector<octets> hdpc = multiply_out(code);
    for (std::uint32_t i = 0; i < code.h; ++i)
      REQUIRE(hdpc[i] == reference.row(code.s + i, isis));
  }
}

} // namespace troupe::raptorq
