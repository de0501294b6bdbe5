// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/tables.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

namespace troupe::raptorq {

namespace {

using test::bytes;

// Encodes a block of K symbols, loses `lost` of them, decodes.
void round_trip(std::uint32_t k, std::uint32_t t, std::uint32_t lost) {
  INFO("K = " << k << ", T = " << t << ", lost " << lost);
  test::random_source random(k + std::uint64_t{lost} * 100000);
  const bytes block = random.octets(std::size_t{k} * t);
  block_encoder encoder(k, t, block);
  const bytes repairs = test::repairs_of(encoder, lost + 6);
  bytes out(block.size());
  block_decoder decoder(k, t, out);
  std::vector<bool> gone(k);
  for (const std::uint32_t esi : random.choose(lost, 0, k))
    gone[esi] = true;
  for (std::uint32_t esi = 0; esi < k; ++esi)
    if (!gone[esi])
      REQUIRE(decoder.add(esi, test::piece(block, esi, t)) ==
              add_result::added);
  for (std::uint32_t n = 0; n < lost + 6; ++n) {
    REQUIRE(decoder.add(k + n, test::piece(repairs, n, t)) ==
            add_result::added);
    if (decoder.ready() && decoder.decode() == status::done)
      break;
  }
  REQUIRE(decoder.decode() == status::done);
  REQUIRE(out == block);
}

} // namespace

TEST_CASE("every K' of the table encodes and decodes", "[sizes]") {
  const std::uint32_t step = test::thorough ? 1 : 13;
  if (step != 1)
    WARN("every 13th K', up to 3000, in this build");
  for (std::uint32_t row = 0; row < systematic_rows; row += step) {
    const std::uint32_t k = parameters_of_row(row).k_prime;
    if (!test::thorough && k > 3000)
      break;
    // Few losses are recovered with the plan for encoding, which saves making
    // another: enough for most of the large ones.
    const bool many = k < 8000 || row % 4 == 0;
    round_trip(k, 2, many ? 1 + k / 20 : 9);
  }
}

TEST_CASE("every K up to 128 encodes and decodes", "[sizes]") {
  for (std::uint32_t k = 1; k <= 128; ++k)
    for (const std::uint32_t lost : {1U, (k + 3) / 4, k})
      round_trip(k, 5, lost);
}

TEST_CASE("a block of the largest size decodes from repair symbols alone",
          "[sizes]") {
  if (!test::thorough) {
    WARN("skipped: too slow without optimisation; K = 2000 instead");
    round_trip(2000, 3, 2000);
    return;
  }
  round_trip(56403, 4, 56403);
  round_trip(56402, 3, 20000);
  round_trip(30000, 66, 30000);
}

} // namespace troupe::raptorq
