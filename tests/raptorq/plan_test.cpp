// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/peeling.hpp"
#include "raptorq/plan.hpp"
#include "raptorq/replay.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

namespace troupe::raptorq {

namespace {

std::vector<std::uint32_t> mixed_isis(const parameters& code,
                                      std::uint32_t lost, std::uint32_t extra,
                                      test::random_source& random) {
  std::vector<bool> gone(code.k_prime);
  for (const std::uint32_t n : random.choose(lost, 0, code.k_prime))
    gone[n] = true;
  std::vector<std::uint32_t> out;
  for (std::uint32_t n = 0; n < code.k_prime; ++n)
    if (!gone[n])
      out.push_back(n);
  for (const std::uint32_t n :
       random.choose(lost + extra, code.k_prime, esi_limit))
    out.push_back(n);
  return out;
}

} // namespace

TEST_CASE("peeling gives a lower triangle and uses every row once", "[plans]") {
  test::random_source random(11);
  for (const std::uint32_t k : {10U, 32U, 101U, 500U, 3000U}) {
    const parameters code = parameters_for(k).value();
    for (int round = 0; round < 5; ++round) {
      const std::uint32_t lost = random.below(code.k_prime + 1);
      const binary_rows rows = make_binary_rows(
          code, mixed_isis(code, lost, random.below(5), random));
      const peeling_order order = peel(code, rows).value();
      REQUIRE(order.pivot_row.size() == order.pivot_column.size());
      REQUIRE(order.pivot_column.size() + order.inactive.size() == code.w);
      REQUIRE(order.pivot_row.size() + order.rest.size() == rows.count);
      constexpr std::uint32_t never = 0xffffffff;
      std::vector<std::uint32_t> solved_at(code.w, never);
      std::vector<bool> inactive(code.w);
      for (const std::uint16_t column : order.inactive) {
        REQUIRE_FALSE(inactive[column]);
        inactive[column] = true;
      }
      for (std::uint32_t t = 0; t < order.pivot_row.size(); ++t) {
        REQUIRE(solved_at[order.pivot_column[t]] == never);
        REQUIRE_FALSE(inactive[order.pivot_column[t]]);
        solved_at[order.pivot_column[t]] = t;
        bool holds_pivot = false;
        for (const std::uint16_t c : rows.lt_of(order.pivot_row[t])) {
          REQUIRE((inactive[c] || solved_at[c] <= t));
          holds_pivot = holds_pivot || c == order.pivot_column[t];
        }
        REQUIRE(holds_pivot);
      }
    }
  }
}

TEST_CASE("few columns are inactivated beyond the permanent ones", "[plans]") {
  test::random_source random(12);
  for (const std::uint32_t k : {1002U, 4112U, 10017U}) {
    const parameters code = parameters_for(k).value();
    const peeling_order order =
        peel(code, make_binary_rows(
                       code, mixed_isis(code, code.k_prime / 10, 0, random)))
            .value();
    INFO("K' = " << code.k_prime << ": " << order.inactive.size());
    REQUIRE(order.inactive.size() < 20 + code.k_prime / 50);
  }
}

TEST_CASE("a plan's solution satisfies every row of the constraint matrix",
          "[plans]") {
  test::random_source random(13);
  for (const std::uint32_t k : {10U, 32U, 101U, 511U, 1281U}) {
    const parameters code = parameters_for(k).value();
    const std::vector<std::uint32_t> isis =
        mixed_isis(code, code.k_prime / 5, 3, random);
    const std::optional<elimination_plan> plan = make_plan(code, isis);
    REQUIRE(plan);
    REQUIRE(plan->pivots + plan->inactive == code.l);
    REQUIRE(plan->free <= code.h);
    // Symbols of one random intermediate vector, so that the extra rows fit.
    constexpr std::size_t width = 64;
    std::vector<std::uint8_t> source(code.k_prime * width);
    for (std::uint8_t& x : source)
      x = static_cast<std::uint8_t>(random.next());
    block_encoder encoder(code.k_prime, width,
                          std::as_bytes(std::span(source)));
    std::vector<test::bytes> symbols;
    std::vector<const std::uint8_t*> in;
    for (const std::uint32_t isi : isis)
      symbols.push_back(test::symbol_of(encoder, isi));
    for (const test::bytes& s : symbols)
      in.push_back(reinterpret_cast<const std::uint8_t*>(s.data()));
    std::vector<std::uint8_t> c(code.l * width);
    replay_all(*plan, in, c.data(), width, width);
    const auto at = [&](std::uint32_t column) {
      return c.data() + plan->slot_of_column[column] * width;
    };
    const binary_rows rows = make_binary_rows(code, isis);
    for (std::uint32_t row = 0; row < rows.count; ++row)
      for (std::size_t b = 0; b < width; ++b) {
        unsigned sum = row < code.s ? 0U : in[row - code.s][b];
        for (const std::uint16_t column : rows.lt_of(row))
          sum ^= at(column)[b];
        for (const std::uint16_t column : rows.pi_of(row))
          sum ^= at(code.w + column)[b];
        REQUIRE(sum == 0);
      }
  }
}

TEST_CASE("symbols picked to be hard are given up on in time", "[plans]") {
  // All of high degree: far more columns than usual have to be inactivated.
  const std::uint32_t k = 20152;
  const parameters code = parameters_for(k).value();
  std::vector<std::uint32_t> isis;
  for (std::uint32_t isi = k; isis.size() < k; ++isi)
    if (tuple_for(code, isi).d >= 20)
      isis.push_back(isi);
  REQUIRE_FALSE(peel(code, make_binary_rows(code, isis)));
  REQUIRE_FALSE(make_plan(code, isis));
  // With ordinary symbols besides it works out.
  for (std::uint32_t isi = 0; isi < k; ++isi)
    isis.push_back(isi);
  REQUIRE(make_plan(code, isis));
}

TEST_CASE("a plan that is short of symbols is not made", "[plans]") {
  test::random_source random(14);
  const parameters code = parameters_for(500).value();
  std::vector<std::uint32_t> isis = mixed_isis(code, 50, 0, random);
  isis.pop_back();
  REQUIRE_FALSE(make_plan(code, isis));
  REQUIRE_FALSE(make_plan(code, {}));
}

} // namespace troupe::raptorq
