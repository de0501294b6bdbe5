// SPDX-License-Identifier: BSD-3-Clause
#include "tests/raptorq/reference_codec.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

namespace troupe::raptorq {

namespace {

using test::bytes;
using test::reference_codec;

reference_codec::octets plain(std::span<const std::byte> in) {
  reference_codec::octets out;
  for (const std::byte b : in)
    out.push_back(std::to_integer<std::uint8_t>(b));
  return out;
}

// Compares source and repair symbols of a random block with the reference.
void compare(std::uint32_t k, std::uint32_t t) {
  test::random_source random(k * 1000 + t);
  const bytes block = random.octets(std::size_t{k} * t);
  const reference_codec reference(k);
  std::vector<reference_codec::octets> source;
  for (std::uint32_t n = 0; n < k; ++n)
    source.push_back(plain(test::piece(block, n, t)));
  const auto c = reference.intermediate(source);
  block_encoder encoder(k, t, block);
  for (std::uint32_t n = 0; n < k; ++n)
    REQUIRE(reference.encode(c, n) == source[n]);
  std::vector<std::uint32_t> esis;
  for (std::uint32_t n = 0; n < 12; ++n)
    esis.push_back(k + n);
  for (std::uint32_t n = 0; n < 12; ++n)
    esis.push_back(k + random.below(esi_limit - k));
  esis.push_back(esi_limit - 1);
  for (const std::uint32_t esi : esis) {
    INFO("K = " << k << ", ESI = " << esi);
    REQUIRE(plain(test::symbol_of(encoder, esi)) ==
            reference.encode(c, esi + reference.k_prime() - k));
  }
}

} // namespace

TEST_CASE("repair symbols equal those of a literal reading of the RFC",
          "[reference]") {
  for (const std::uint32_t k :
       {1U,  2U,  9U,  10U, 11U, 12U, 18U, 20U, 26U, 30U,
        31U, 32U, 33U, 36U, 42U, 55U, 64U, 69U, 97U, 101U})
    compare(k, 3);
  if (!test::thorough) {
    WARN("K above 101 is compared in optimised builds only");
    return;
  }
  for (const std::uint32_t k : {127U, 160U, 200U, 256U, 300U, 400U})
    compare(k, 2);
}

TEST_CASE("large blocks equal a literal reading of the RFC, too",
          "[reference]") {
  if (!test::thorough) {
    WARN("skipped: too slow without optimisation");
    return;
  }
  compare(520, 1);
  compare(700, 2);
}

} // namespace troupe::raptorq
