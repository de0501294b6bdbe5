// SPDX-License-Identifier: BSD-3-Clause
/// Decoding of a whole object: Z source blocks of N sub-blocks each (RFC 6330
/// section 4.4).
#pragma once

#include "raptorq/block_decoder.hpp"
#include "raptorq/object_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::raptorq {

/// Collects encoding symbols of an object straight into the caller's memory
/// of F octets. What is held besides is bounded: for every block that has
/// begun and is not complete, repair_max symbols and a bit for each source
/// symbol; and the block once more when it has sub-blocks, whose octets go to
/// their places when it is complete. Nothing is allocated for a block before
/// its first symbol.
///
/// One thread at a time. add() never blocks; decode() computes.
class object_decoder {
public:
  /// `object` has info.transfer_bytes octets and outlives the decoder.
  /// repair_max as for block_decoder.
  object_decoder(const oti& info, std::span<std::byte> object,
                 std::uint32_t repair_max = 0);

  /// done; bad_parameter: check(info) fails; bad_length: wrong object size.
  status state() const noexcept { return state_; }

  const oti& info() const noexcept { return layout_.info(); }

  /// K of block `sbn`; 0 when there is no such block.
  std::uint32_t k_symbols(std::uint8_t sbn) const noexcept;

  /// Takes one encoding symbol of T octets in. Constant time.
  add_result add(payload_id id, std::span<const std::byte> symbol);

  /// Whether block `sbn` has enough symbols for decode(sbn) to have a chance.
  bool ready(std::uint8_t sbn) const noexcept;

  /// Recovers block `sbn`; bad_esi when there is no such block.
  status decode(std::uint8_t sbn);

  /// Recovers every block that is ready. need_more unless all are complete.
  status decode();

  /// Blocks that are complete, of info().source_blocks.
  std::uint32_t complete_blocks() const noexcept { return complete_; }

private:
  struct source_block {
    std::vector<std::byte> symbols; // the block in the order of symbols
    std::optional<block_decoder> decoder;
    bool complete = false;
  };
  block_decoder& open(std::uint8_t sbn);

  status state_;
  object_layout layout_;
  std::span<std::byte> object_;
  std::uint32_t repair_max_;
  std::vector<source_block> blocks_;
  std::uint32_t complete_ = 0;
};

} // namespace troupe::raptorq
