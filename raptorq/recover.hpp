// SPDX-License-Identifier: BSD-3-Clause
/// Three ways to work out lost source symbols. All give the same result; they
/// differ in what they cost.
#pragma once

#include "raptorq/parameters.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace troupe::raptorq {

/// What a decoder has of a block, by pointers into its memory.
struct received_block {
  parameters code{};
  std::uint32_t k = 0;
  std::uint32_t symbol_bytes = 0;
  std::vector<const std::uint8_t*> source; ///< K; null where lost
  std::vector<std::uint32_t> lost;         ///< ESIs, ascending
  std::vector<std::uint8_t*> out;          ///< where each lost one goes
  std::vector<std::uint32_t> repair_isi;   ///< internal symbol ids
  std::vector<const std::uint8_t*> repair; ///< same length
};

/// Recovers the lost symbols by whichever way is cheapest. Uses the fields of
/// `block` up.
/// @return false when the symbols do not determine the block.
bool recover(received_block& block);

/// With generator rows: inverts the equations of as many repair symbols as
/// symbols are lost, then one product with all that did arrive. For small K'
/// and few losses.
bool recover_dense(received_block& block);

/// With the plan for encoding, which is kept: encodes the block with zeros
/// for what is lost, and solves densely for what the repair symbols differ
/// by. For few losses in larger blocks.
bool recover_difference(received_block& block);

/// With a plan of its own. Always possible.
bool recover_planned(received_block& block);

} // namespace troupe::raptorq
