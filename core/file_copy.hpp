// SPDX-License-Identifier: BSD-3-Clause
// Private to the file sink: bytes from file to file by the cheapest way.
#pragma once

#include "core/chunking.hpp"
#include "core/errc.hpp"
#include "core/file_system.hpp"
#include "core/read_buffer.hpp"

namespace troupe {

/// Copies ranges between two open files: shares blocks where the file system
/// can, else copies in the kernel, else through memory. What a file system
/// cannot do is tried once. One thread at a time; blocks on the disk.
class file_copy {
public:
  /// Both files, of one file system, outlive the copy.
  file_copy(const descriptor& from, const descriptor& to) noexcept
      : from_(from), to_(to) {}

  /// Errors: source_changed when `from` ends too early; no_space; io_error.
  errc copy(byte_range from, std::uint64_t offset);

private:
  enum class way { share_blocks, in_kernel, through_memory };

  errc share_blocks(byte_range from, std::uint64_t offset, bool& done);
  errc copy_in_kernel(byte_range& from, std::uint64_t& offset);
  errc copy_through_memory(byte_range from, std::uint64_t offset);

  const descriptor& from_;
  const descriptor& to_;
  way best_ = way::share_blocks;
  read_buffer buffer_; ///< allocated when needed
};

/// A run of bytes with or without blocks behind it.
struct extent {
  std::uint64_t length = 0;
  bool is_hole = false;
};

/// What `file` begins `range` with: a hole of whole chunks, or data
/// rounded up to them, not beyond the end of `range`.
extent next_extent(const descriptor& file, byte_range range);

/// Makes a range of `file` read as zeros without blocks behind it. False when
/// the file system cannot.
bool make_hole(const descriptor& file, byte_range range);

} // namespace troupe
