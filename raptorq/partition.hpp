// SPDX-License-Identifier: BSD-3-Clause
/// Cutting a whole into nearly equal parts (RFC 6330 section 4.4.1.2).
#pragma once

#include <cstdint>

namespace troupe::raptorq {

/// Partition[I, J]: `long_count` parts of `long_size`, then `short_count`
/// parts of `short_size`.
struct partition {
  std::uint64_t long_size;   ///< IL
  std::uint64_t short_size;  ///< IS
  std::uint64_t long_count;  ///< JL
  std::uint64_t short_count; ///< JS

  /// The size of part `n`.
  std::uint64_t size_of(std::uint64_t n) const noexcept {
    return n < long_count ? long_size : short_size;
  }
  /// The sum of the sizes of the parts before part `n`.
  std::uint64_t begin_of(std::uint64_t n) const noexcept {
    return n < long_count
               ? n * long_size
               : long_count * long_size + (n - long_count) * short_size;
  }
};

/// Cuts `whole` into `parts` > 0 parts.
partition make_partition(std::uint64_t whole, std::uint64_t parts) noexcept;

} // namespace troupe::raptorq
