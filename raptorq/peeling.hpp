// SPDX-License-Identifier: BSD-3-Clause
/// Phase one of decoding (RFC 6330 section 5.4.2.2): which row is solved for
/// which column, in which order, and which columns are inactivated.
#pragma once

#include "raptorq/constraint_matrix.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace troupe::raptorq {

/// The outcome: after the pivot columns and rows are moved to the front in
/// this order, the matrix begins with a lower triangle.
struct peeling_order {
  std::vector<std::uint32_t> pivot_row;
  std::vector<std::uint16_t> pivot_column; ///< same length; below W
  std::vector<std::uint16_t> inactive;     ///< the other columns below W
  std::vector<std::uint32_t> rest;         ///< rows that are no pivot
};

/// Far more inactivated columns than symbols chosen at random need: 160 are
/// usual for the largest K', and 296 the most that was seen. A sender who picks
/// only symbols of high degree could ask for tens of thousands, and for minutes
/// of work on them.
inline constexpr std::size_t inactive_max = 2048;

/// Orders the rows. Looks at the pattern of non-zeros only; time is about
/// linear in their number. Pure; thread safe.
/// @return nothing when more than inactive_max columns would be inactivated.
std::optional<peeling_order> peel(const parameters& code,
                                  const binary_rows& rows);

} // namespace troupe::raptorq
