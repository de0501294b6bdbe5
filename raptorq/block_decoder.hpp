// SPDX-License-Identifier: BSD-3-Clause
/// Decoding of one source block (RFC 6330 sections 4.4 and 5.4).
#pragma once

#include "raptorq/esi_set.hpp"
#include "raptorq/parameters.hpp"
#include "raptorq/status.hpp"
#include "raptorq/symbol_store.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace troupe::raptorq {

/// Collects encoding symbols of a block of K symbols of T octets, in any
/// order and any mix, and recovers the block from any K of them with
/// probability 0.996 or so, from K + 1 with 0.99998, from K + 2 nearly always.
///
/// Source symbols are copied straight to their place in the caller's block;
/// repair symbols are kept by the decoder, at most `repair_max` of them, in
/// memory taken as they come. The block must outlive the decoder. Parts of it
/// that have not arrived hold what they held before until decode() is done.
/// When all source symbols arrive, nothing is computed at all.
///
/// One thread at a time. add() never blocks; decode() computes.
class block_decoder {
public:
  /// `block` has k_symbols * symbol_bytes octets, or less when the last
  /// symbol ends in padding that is not wanted (but not less by a whole
  /// symbol). repair_max 0 means K + 32.
  block_decoder(std::uint32_t k_symbols, std::uint32_t symbol_bytes,
                std::span<std::byte> block, std::uint32_t repair_max = 0);

  /// done; bad_parameter: K is not 1..56403 or T not 1..65535;
  /// bad_length: the block does not have K symbols.
  status state() const noexcept { return state_; }

  /// Takes one encoding symbol in. Constant time. bad_esi, too, when state()
  /// is not done.
  add_result add(std::uint32_t esi, std::span<const std::byte> symbol);

  /// Whether there are enough symbols for decode() to have a chance.
  bool ready() const noexcept {
    return complete_ || (state_ == status::done && held() >= k_);
  }

  /// Whether source symbol `esi` is in its place in the block.
  bool has_source(std::uint32_t esi) const noexcept {
    return state_ == status::done && esi < k_ && (complete_ || seen(esi));
  }

  /// Different symbols taken in so far.
  std::uint32_t held() const noexcept { return sources_ + repairs_.size(); }

  /// Recovers what is missing. need_more when the symbols so far do not
  /// determine the block: then add more and call again.
  status decode();

  /// Begins again with the same block, or another of the same size. Keeps
  /// the memory.
  void reset() noexcept;
  status reset(std::span<std::byte> block) noexcept;

private:
  bool seen(std::uint32_t esi) const noexcept {
    return (seen_[esi / 64] >> (esi % 64) & 1) != 0;
  }
  status check(std::size_t block_bytes) const noexcept;
  std::uint8_t* symbol(std::uint32_t esi) noexcept;
  void finish() noexcept;

  std::uint32_t k_;
  std::uint32_t symbol_bytes_;
  std::span<std::byte> block_;
  status state_ = status::bad_parameter;
  parameters code_{};
  std::vector<std::uint8_t> last_;  // the last symbol, when the block cuts it
  std::vector<std::uint64_t> seen_; // a bit for each source symbol
  std::uint32_t sources_ = 0;
  symbol_store repairs_;
  std::vector<std::uint32_t> repair_esis_;
  esi_set repair_set_;
  std::uint32_t failed_with_ = 0; // symbols held when decode() last failed
  bool complete_ = false;
};

} // namespace troupe::raptorq
