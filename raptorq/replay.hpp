// SPDX-License-Identifier: BSD-3-Clause
/// Plans applied to data, one strip of all symbols at a time.
#pragma once

#include "raptorq/octets.hpp"
#include "raptorq/plan.hpp"
#include "raptorq/slot_memory.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::raptorq {

/// Wanted encoding symbols in terms of a plan: pivot slots to add up, and a
/// row of bits over the inactive symbols.
struct wanted_symbols {
  /// The symbols `isis` (internal symbol ids).
  wanted_symbols(const elimination_plan& plan,
                 std::span<const std::uint32_t> isis);

  std::vector<std::uint32_t> input; ///< no_input, one a symbol
  std::vector<std::uint32_t> begin; ///< one entry more than symbols
  std::vector<std::uint16_t> from;
  std::vector<std::uint64_t> bits;
};

/// Where symbols lie: symbol n begins at symbol[n]; null is all zeros.
using symbol_pointers = std::span<const std::uint8_t* const>;

/// Computes `wanted` from the symbols the plan was made for, straight into
/// out[n]. No out may overlap an in. Allocates one workspace.
void replay(const elimination_plan& plan, const wanted_symbols& wanted,
            symbol_pointers in, std::span<std::uint8_t* const> out,
            std::size_t symbol_bytes);

/// Computes all L intermediate symbols, by slot, into L pieces `pitch` octets
/// apart. symbol_bytes octets of each are written, rounded up to slot_unit.
void replay_all(const elimination_plan& plan, symbol_pointers in,
                std::uint8_t* out, std::size_t pitch, std::size_t symbol_bytes);

} // namespace troupe::raptorq
