// SPDX-License-Identifier: BSD-3-Clause
/// How to solve for the intermediate symbols, recorded: all of the work of
/// RFC 6330 section 5.4.2 that depends on which symbols there are and not on
/// what they say. A plan is immutable and can be replayed over any data.
#pragma once

#include "raptorq/constraint_matrix.hpp"
#include "raptorq/octets.hpp"
#include "raptorq/tuple.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::raptorq {

/// Terms: of the L intermediate symbols, `pivots` are solved one by one along
/// a lower triangle; the other `inactive` ones (P of them from the start) are
/// solved together, densely. With the inactive ones taken as zero the
/// triangle gives y; truly each pivot is y plus the inactive ones of its row
/// of `mask`. Inactive number n is column W + n for n < P.
///
/// Slots, in the order of the replay's workspace: pivots, inactive ones, one
/// slot of zeros, the right sides of `kept` spare binary rows, the right
/// sides of the H HDPC rows.
struct elimination_plan {
  parameters code{};
  std::uint32_t pivots = 0;
  std::uint32_t inactive = 0; ///< pivots + inactive = L
  std::uint32_t kept = 0;     ///< binary rows used for inactive symbols
  std::uint32_t free = 0;     ///< inactive symbols left to the HDPC rows

  /// Steps for the pivots, then for the kept rows: the symbol (by its place
  /// among those the plan was made for) and the slots to add up. Those of
  /// step n begin at step_begin[n]; from step_split[n] on they are inactive.
  std::vector<std::uint32_t> step_input;
  std::vector<std::uint32_t> step_begin; ///< one entry more than steps
  std::vector<std::uint32_t> step_split;
  std::vector<std::uint16_t> step_from;

  std::vector<std::uint16_t> slot_of_column; ///< L entries
  std::size_t pitch = 0;                     ///< words a row of bits
  std::vector<std::uint64_t> mask;           ///< pivots rows

  /// Inactive ones as sums of kept rows (rows of the free ones are empty).
  std::vector<std::uint64_t> from_kept;
  /// Inactive ones as sums of free ones, likewise; by number of free one.
  std::vector<std::uint64_t> from_free;
  std::vector<std::uint16_t> solved_number; ///< inactive numbers, kept many
  std::vector<std::uint16_t> free_number;   ///< inactive numbers, free many

  /// Free ones as GF(256) sums of H HDPC sides and `kept` solved ones.
  std::vector<std::uint8_t> free_factors;
  std::vector<std::uint16_t> hdpc_slot; ///< where column j is, or zeros
  std::vector<std::uint8_t> hdpc_rows;

  std::uint32_t zero_slot() const noexcept { return code.l; }
  std::uint32_t kept_slot() const noexcept { return code.l + 1; }
  std::uint32_t hdpc_side_slot() const noexcept { return kept_slot() + kept; }
  std::uint32_t slots() const noexcept { return hdpc_side_slot() + code.h; }

  /// Octets of memory held, about.
  std::size_t bytes() const noexcept;
};

/// Makes the plan for the encoding symbols `isis` (internal symbol ids, all
/// different; padding symbols count, as symbols of zeros). Pure; thread safe.
/// @return nothing when these symbols do not determine the block.
std::optional<elimination_plan> make_plan(const parameters& code,
                                          std::span<const std::uint32_t> isis);

/// One encoding symbol in terms of y and the inactive symbols: sets its bits
/// in `row` (plan.pitch words, all zero before) and appends pivot slots.
void express(const elimination_plan& plan, const lt_row& terms,
             std::span<std::uint64_t> row, std::vector<std::uint16_t>& from);

} // namespace troupe::raptorq
