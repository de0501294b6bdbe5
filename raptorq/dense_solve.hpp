// SPDX-License-Identifier: BSD-3-Clause
/// Phase two (RFC 6330 section 5.4.2.3): the inactive symbols, from the
/// binary rows that were no pivots and then from the HDPC rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace troupe::raptorq {

struct elimination_plan;

/// Gaussian elimination over single bits that remembers which offered rows
/// make up each result.
class dense_solve {
public:
  explicit dense_solve(std::uint32_t columns);

  /// Takes one more row of bits in, unless it depends on those taken before.
  /// @return whether it was taken.
  bool offer(std::span<const std::uint64_t> bits);

  /// Rows taken.
  std::uint32_t rank() const noexcept {
    return static_cast<std::uint32_t>(lead_.size());
  }

  /// Writes from_kept, from_free, solved_number and free_number; plan.pitch
  /// words a row.
  void report(elimination_plan& plan) const;

private:
  std::uint64_t* row(std::size_t n) noexcept {
    return rows_.data() + n * 2 * words_;
  }
  const std::uint64_t* row(std::size_t n) const noexcept {
    return rows_.data() + n * 2 * words_;
  }

  std::uint32_t columns_;
  std::size_t words_;
  std::vector<std::uint64_t> rows_; // the row, then which rows made it
  std::vector<std::uint32_t> lead_; // the column each row is solved for
};

/// Works out free_factors from the HDPC rows; the rest of the plan is made.
/// @return false when the HDPC rows do not determine the free symbols.
bool solve_free(elimination_plan& plan);

} // namespace troupe::raptorq
