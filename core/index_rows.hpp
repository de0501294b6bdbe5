// SPDX-License-Identifier: BSD-3-Clause
// Private to share_index: an ordered map that costs 48 bytes per entry.
#pragma once

#include "core/hash.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace troupe {

/// One entry of the index. A terabyte of content has 33 million of them.
struct index_row {
  enum kind : std::uint32_t {
    chunk, ///< `length` bytes from `offset` of source number `slot`
    other, ///< entry number `slot`
    gone,  ///< hides an older row of the same hash
    range, ///< as chunk, but of a range channel
  };
  hash id;
  std::uint64_t offset = 0;
  std::uint32_t slot = 0;
  std::uint32_t what : 2 = chunk;
  std::uint32_t length : 30 = 0;
};
static_assert(sizeof(index_row) == 48);

/// Rows by ascending hash, the last inserted of equal ones wins. A small
/// sorted run takes insertions; full runs are merged with runs of about their
/// size (Bentley and Saxe's logarithmic method), so that an insertion moves
/// O(log n) rows and a look-up searches O(log n) runs. Looking up changes
/// nothing: any number of threads may, while nobody inserts.
class index_rows {
public:
  /// Rows that are out of use from now on are appended to `dropped`.
  void insert(const index_row& row, std::vector<index_row>& dropped);

  /// The row with the smallest hash that begins with `key` (1..32 bytes) and
  /// is not gone; nullptr if there is none. Valid until the next insertion.
  const index_row* find(std::span<const std::byte> key) const;

  /// Rows that are not gone. Walks all of them.
  std::size_t size() const;

private:
  using run = std::vector<index_row>;
  class walk;

  void settle(std::vector<index_row>& dropped);

  std::vector<run> runs_; ///< oldest first; only the first has no gone rows
  run recent_;            ///< newer than all runs
};

} // namespace troupe
