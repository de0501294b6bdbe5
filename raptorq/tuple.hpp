// SPDX-License-Identifier: BSD-3-Clause
/// Random numbers, degrees and tuples (RFC 6330 section 5.3.5).
#pragma once

#include "raptorq/parameters.hpp"

#include <array>
#include <cstdint>

namespace troupe::raptorq {

/// Rand[y, i, m] of section 5.3.5.1: a number in 0 to m - 1. m > 0.
std::uint32_t rand_number(std::uint32_t y, std::uint8_t i,
                          std::uint32_t m) noexcept;

/// Deg[v] of section 5.3.5.2 for v < 2^20: the LT degree, 1 to min(30, W - 2).
std::uint32_t degree(std::uint32_t v, std::uint32_t w) noexcept;

/// (d, a, b, d1, a1, b1) of section 5.3.5.4.
struct tuple {
  std::uint32_t d, a, b, d1, a1, b1;
};

/// Tuple[K', X] for an internal symbol id. Pure; thread safe.
tuple tuple_for(const parameters& code, std::uint32_t isi) noexcept;

/// The intermediate symbols whose sum is one encoding symbol: what Enc[] of
/// section 5.3.5.3 adds up, in its order. All columns are distinct.
struct lt_row {
  std::array<std::uint16_t, 30> lt; ///< columns below W; lt_count are set
  std::array<std::uint16_t, 3> pi;  ///< columns minus W; pi_count are set
  std::uint32_t lt_count;           ///< 1 to 30
  std::uint32_t pi_count;           ///< 2 or 3
};

/// The LT row of an internal symbol id. Pure; thread safe.
lt_row lt_row_for(const parameters& code, std::uint32_t isi) noexcept;

} // namespace troupe::raptorq
