// SPDX-License-Identifier: BSD-3-Clause
/// Where the source blocks and sub-blocks of an object lie (RFC 6330 section
/// 4.4.1.2).
#pragma once

#include "raptorq/oti.hpp"
#include "raptorq/partition.hpp"

#include <algorithm>
#include <cstdint>

namespace troupe::raptorq {

/// Block z holds symbols(z) symbols; sub-block n of it holds a piece of
/// sub_symbol_bytes(n) octets of each. Needs an oti that check() accepts.
class object_layout {
public:
  explicit object_layout(const oti& info) noexcept
      : info_(info),
        blocks_(make_partition(info.total_symbols(), info.source_blocks)),
        pieces_(make_partition(info.symbol_bytes / info.alignment,
                               info.sub_blocks)) {}

  const oti& info() const noexcept { return info_; }

  /// K of block z.
  std::uint32_t symbols(std::uint32_t z) const noexcept {
    return static_cast<std::uint32_t>(blocks_.size_of(z));
  }
  /// First octet of block z in the object.
  std::uint64_t block_begin(std::uint32_t z) const noexcept {
    return blocks_.begin_of(z) * info_.symbol_bytes;
  }
  /// Octets of block z with its padding.
  std::uint64_t padded_bytes(std::uint32_t z) const noexcept {
    return std::uint64_t{symbols(z)} * info_.symbol_bytes;
  }
  /// Octets of block z in the object.
  std::uint64_t block_bytes(std::uint32_t z) const noexcept {
    return std::min(padded_bytes(z), info_.transfer_bytes - block_begin(z));
  }
  std::uint32_t sub_symbol_bytes(std::uint32_t n) const noexcept {
    return static_cast<std::uint32_t>(pieces_.size_of(n) * info_.alignment);
  }
  /// First octet of piece n in a symbol.
  std::uint32_t piece_begin(std::uint32_t n) const noexcept {
    return static_cast<std::uint32_t>(pieces_.begin_of(n) * info_.alignment);
  }

  /// Block z has its octets in the order of sub-blocks, or of symbols, which
  /// is how they travel. Calls visit(place in the one, place in the other,
  /// octets) for every piece of a symbol, in the order of sub-blocks, up to
  /// the end of the object.
  template <class Visit>
  void each_piece(std::uint32_t z, Visit visit) const {
    const std::uint64_t end = block_bytes(z);
    const std::uint32_t count = symbols(z);
    std::uint64_t at = 0;
    for (std::uint32_t n = 0; n < info_.sub_blocks; ++n) {
      const std::uint64_t size = sub_symbol_bytes(n);
      std::uint64_t by_symbol = piece_begin(n);
      for (std::uint32_t s = 0; s < count && at < end; ++s) {
        visit(at, by_symbol, std::min(size, end - at));
        at += size;
        by_symbol += info_.symbol_bytes;
      }
    }
  }

private:
  oti info_;
  partition blocks_;
  partition pieces_;
};

} // namespace troupe::raptorq
