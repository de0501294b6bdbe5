// SPDX-License-Identifier: BSD-3-Clause
/// Which of two ways to the same result is the quicker.
#pragma once

#include "raptorq/generator.hpp"
#include "raptorq/parameters.hpp"

#include <cstdint>

namespace troupe::raptorq {

/// Whether `results` sums of K' products are made sooner from generator rows
/// than by replaying a plan. Measured: a plan costs about as much as
/// `break_even` generator rows, whatever K' is.
inline bool dense_is_cheaper(const parameters& code,
                             std::uint32_t results) noexcept {
  constexpr std::uint32_t break_even = 40;
  return code.k_prime <= generator_symbols_max &&
         (results <= break_even || code.k_prime <= 64);
}

}  // namespace troupe::raptorq
