// SPDX-License-Identifier: BSD-3-Clause
/// The numbers that follow from K (RFC 6330 sections 5.3.1 and 5.3.3.3).
#pragma once

#include <cstdint>
#include <optional>

namespace troupe::raptorq {

inline constexpr std::uint32_t source_symbols_max = 56403; ///< K'_max
inline constexpr std::uint32_t esi_limit = 1U << 24; ///< ESIs are below this

/// Code parameters of one extended source block. Names as in the RFC.
struct parameters {
  std::uint32_t k_prime; ///< source symbols including padding, K'
  std::uint32_t j;       ///< systematic index J(K')
  std::uint32_t s;       ///< LDPC symbols; a prime
  std::uint32_t h;       ///< HDPC symbols, 10 to 16
  std::uint32_t w;       ///< LT symbols; a prime
  std::uint32_t l;       ///< intermediate symbols, K' + S + H
  std::uint32_t p;       ///< permanently inactivated symbols, L - W
  std::uint32_t p1;      ///< smallest prime >= P
  std::uint32_t b;       ///< LT symbols that are not LDPC symbols, W - S
  std::uint32_t u;       ///< PI symbols that are not HDPC symbols, P - H
  std::uint32_t index;   ///< line of table 2, 0 to 476
};

/// The parameters for a source block of `k_symbols` symbols: those of the
/// smallest K' of table 2 that is not below it. Pure; thread safe.
/// @return nothing when k_symbols is 0 or above source_symbols_max.
std::optional<parameters> parameters_for(std::uint32_t k_symbols) noexcept;

/// Line `index` of table 2, 0 to 476, with what follows from it.
parameters parameters_of_row(std::uint32_t index) noexcept;

} // namespace troupe::raptorq
