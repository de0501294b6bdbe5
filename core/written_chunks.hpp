// SPDX-License-Identifier: BSD-3-Clause
// Private to the file sink: which chunks of a new file were written to.
#pragma once

#include "core/chunk_map.hpp"
#include "core/chunking.hpp"
#include "core/file_system.hpp"

#include <vector>

namespace troupe {

/// Remembers where a file of reserved room was written to. Reserved room reads
/// as zeros, so that zeros need no writing where nothing else was. Ranges are
/// not empty. A value without the descriptor it speaks of.
class written_chunks {
public:
  /// What the kernel is asked to write at once.
  static constexpr std::uint32_t region_chunks = 256;
  static constexpr std::uint64_t region_bytes = region_chunks * chunk_bytes;

  written_chunks() = default;
  /// For a file of `length` bytes.
  explicit written_chunks(std::uint64_t length);

  bool is_untouched(byte_range range) const noexcept;
  void touch(byte_range range) noexcept;

  /// Has the kernel begin to write those regions in `range` that are complete,
  /// so that fsync finds little to do at the end. Scattered chunks wait for
  /// each other: written one by one they would cost more than fsync does.
  void start_writeback(const descriptor& file, byte_range range) const noexcept;

  /// Gives long runs of untouched room back to the file system.
  void free_untouched(const descriptor& file) const;

private:
  std::uint64_t length_ = 0;
  chunk_map touched_;
  std::vector<std::uint32_t> missing_; ///< chunks not yet written, by region
};

} // namespace troupe
