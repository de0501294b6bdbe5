// SPDX-License-Identifier: BSD-3-Clause
/// Generator rows: an encoding symbol as a plain sum of the source symbols.
#pragma once

#include "raptorq/parameters.hpp"
#include "raptorq/plan.hpp"
#include "raptorq/slot_memory.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace troupe::raptorq {

/// Above this K' no generator is kept: L * K' octets would be too many.
inline constexpr std::uint32_t generator_symbols_max = 1023;

/// The intermediate symbols of one K' as GF(256) sums of the K' source
/// symbols: what encoding the identity matrix gives. Immutable; thread safe.
class generator {
public:
  /// Solves for the rows with `plan`, which must be for the source symbols.
  explicit generator(const elimination_plan& plan);

  /// Octets between two rows: K' rounded up to 32.
  std::size_t pitch() const noexcept { return pitch_; }

  /// Writes the coefficients of one internal symbol id: K' that count, then
  /// zeros up to pitch(). `out` has pitch() octets.
  void row(std::uint32_t isi, std::uint8_t* out) const noexcept;

  /// The first so many repair symbols have their rows ready.
  static constexpr std::uint32_t ready_rows = 64;

  const parameters& code() const noexcept { return code_; }

private:
  void make_row(std::uint32_t isi, std::uint8_t* out) const noexcept;

  parameters code_;
  std::size_t pitch_;
  slot_memory rows_;  // by column of the constraint matrix
  slot_memory ready_; // by internal symbol id minus K'
};

/// The generator for `code`, made at the first call for this K' and kept for
/// the life of the process: together at most 8 MiB for all K'. Later calls
/// take no lock. Null when K' is above generator_symbols_max.
const generator* generator_for(const parameters& code);

/// The plan for encoding: for internal symbols 0 to K' - 1. Recently used
/// ones are kept, up to plan_cache_bytes; takes a lock.
std::shared_ptr<const elimination_plan>
encoding_plan_for(const parameters& code);

inline constexpr std::size_t plan_cache_bytes = std::size_t{64} << 20;

} // namespace troupe::raptorq
