// SPDX-License-Identifier: BSD-3-Clause
/// Encoding of a whole object: Z source blocks of N sub-blocks each (RFC 6330
/// section 4.4).
#pragma once

#include "raptorq/block_encoder.hpp"
#include "raptorq/object_layout.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace troupe::raptorq {

/// Makes encoding symbols of an object of F octets. The object stays the
/// caller's and must outlive the encoder unchanged; only blocks with
/// sub-blocks are copied, into the order of symbols. Encoders of the source
/// blocks are made when first asked for; see block_encoder for their cost.
///
/// One thread at a time.
class object_encoder {
public:
  /// `object` has info.transfer_bytes octets.
  object_encoder(const oti& info, std::span<const std::byte> object);

  /// done; bad_parameter: check(info) fails; bad_length: wrong object size.
  status state() const noexcept { return state_; }

  const oti& info() const noexcept { return layout_.info(); }

  /// K of block `sbn`; 0 when there is no such block.
  std::uint32_t k_symbols(std::uint8_t sbn) const noexcept;

  /// Writes one encoding symbol, source or repair, to `out` (T octets).
  status symbol(payload_id id, std::span<std::byte> out);

  /// Repair symbols of block `sbn`; the rest as block_encoder::repair.
  status repair(std::uint8_t sbn, std::span<const std::uint32_t> esis,
                std::span<std::byte> out, std::size_t stride_bytes);

  /// Gives back the memory held for block `sbn`. It can be asked for again.
  void release(std::uint8_t sbn) noexcept;

private:
  struct source_block {
    std::vector<std::byte> symbols; // the block in the order of symbols
    std::optional<block_encoder> encoder;
  };
  block_encoder& open(std::uint8_t sbn);

  status state_;
  object_layout layout_;
  std::span<const std::byte> object_;
  std::vector<source_block> blocks_;
};

} // namespace troupe::raptorq
