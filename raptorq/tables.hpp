// SPDX-License-Identifier: BSD-3-Clause
/// The constant tables of RFC 6330, as data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::raptorq {

/// One line of RFC 6330 table 2 (section 5.6).
struct systematic_row {
  std::uint16_t k_prime; ///< symbols of the extended source block, K'
  std::uint16_t j;       ///< systematic index J(K')
  std::uint16_t s;       ///< LDPC symbols S(K')
  std::uint16_t h;       ///< HDPC symbols H(K')
  std::uint16_t w;       ///< LT symbols W(K')
};

inline constexpr std::size_t systematic_rows = 477;
inline constexpr std::uint32_t degree_max = 30;

/// Table 2, ascending in K', 10 to 56403.
extern const std::array<systematic_row, systematic_rows> systematic_table;

/// V0 to V3 of section 5.5.
extern const std::array<std::array<std::uint32_t, 256>, 4> random_table;

/// f[0..30] of section 5.3.5.2; f[30] = 2^20.
extern const std::array<std::uint32_t, degree_max + 1> degree_table;

} // namespace troupe::raptorq
