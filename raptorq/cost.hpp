// SPDX-License-Identifier: BSD-3-Clause
/// Which of several ways to the same result is the quickest. The numbers were
/// measured; they are worth a few per cent of time and never a wrong result.
#pragma once

#include "raptorq/generator.hpp"
#include "raptorq/octets.hpp"
#include "raptorq/parameters.hpp"

#include <cstdint>

namespace troupe::raptorq {

/// Whether `results` sums of K' products are made sooner from generator rows
/// than by replaying a plan. A replay costs as much as 10 such sums, and as
/// much as 1100 products more whatever K' is; that was with AVX2, and other
/// kernels differ in how products compare to sums.
inline bool dense_is_cheaper(const parameters& code,
                             std::uint32_t results) noexcept {
  if (code.k_prime > generator_symbols_max)
    return false;
  const std::uint32_t sums = 10 + 1100 / code.k_prime;
  return results * 100 <= sums * kernels().dense_percent;
}

/// Whether `lost` symbols are recovered sooner by an encoding and a dense
/// system of equations than by a plan made for the occasion. In nanoseconds:
/// a plan costs 200 a symbol and more; the inversion 10 + lost / 8 for each
/// element, and the product with it a fortieth of one for each octet.
inline bool difference_is_cheaper(const parameters& code, std::uint32_t lost,
                                  std::uint32_t symbol_bytes) noexcept {
  const std::uint64_t element = 10 + lost / 8 + symbol_bytes / 40;
  return std::uint64_t{lost} * lost * element <
         std::uint64_t{200} * code.k_prime;
}

} // namespace troupe::raptorq
