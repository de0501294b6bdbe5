// SPDX-License-Identifier: BSD-3-Clause
#include "core/written_chunks.hpp"

#include "core/file_copy.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Shorter runs stay reserved: on ext4 making a hole can take milliseconds.
constexpr std::uint64_t smallest_hole_bytes = 1u << 20;

std::uint64_t first_chunk(byte_range range) noexcept {
  return range.offset / chunk_bytes;
}

std::uint64_t last_chunk(byte_range range) noexcept {
  return (range.offset + range.length - 1) / chunk_bytes;
}

} // namespace

written_chunks::written_chunks(std::uint64_t length)
    : length_(length), touched_(chunk_count(length)),
      missing_(touched_.chunks() / region_chunks + 1, region_chunks) {}

bool written_chunks::is_untouched(byte_range range) const noexcept {
  return touched_.next(first_chunk(range)) > last_chunk(range);
}

void written_chunks::touch(byte_range range) noexcept {
  for (auto chunk = first_chunk(range); chunk <= last_chunk(range); ++chunk) {
    if (touched_.contains(chunk))
      continue;
    touched_.insert(chunk);
    --missing_[chunk / region_chunks];
  }
}

void written_chunks::start_writeback(const descriptor& file,
                                     byte_range range) const noexcept {
  const auto last = last_chunk(range) / region_chunks;
  for (auto region = first_chunk(range) / region_chunks; region <= last;
       ++region)
    if (missing_[region] == 0) // only a hint: fsync reports what fails
      file->start_writeback(file.get(),
                            static_cast<off_t>(region * region_bytes),
                            static_cast<off_t>(region_bytes));
}

void written_chunks::free_untouched(const descriptor& file) const {
  const auto chunks = touched_.chunks();
  for (std::uint64_t first = 0; first < chunks;) {
    const auto end = touched_.next(first);
    const auto offset = first * chunk_bytes;
    const auto length = std::min(end * chunk_bytes, length_) - offset;
    if (length >= smallest_hole_bytes && !make_hole(file, {offset, length}))
      return;
    first = end;
    while (first < chunks && touched_.contains(first))
      ++first;
  }
}

} // namespace troupe
