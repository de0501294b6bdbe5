// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_copy.hpp"

#include "core/posix_file.hpp"

#include <fcntl.h>

#include <algorithm>

namespace troupe {

namespace {

constexpr std::size_t buffer_bytes = 256u << 10;

/// What a call says when the file systems cannot do it at all.
bool cannot(int number) noexcept {
  return number == EOPNOTSUPP || number == ENOTTY || number == ENOSYS ||
         number == EXDEV || number == EPERM;
}

} // namespace

errc file_copy::copy(byte_range from, std::uint64_t offset) {
  if (best_ == way::share_blocks) {
    auto done = false;
    if (const auto result = share_blocks(from, offset, done);
        done || result != errc::none)
      return result;
  }
  if (best_ != way::through_memory) {
    if (const auto result = copy_in_kernel(from, offset);
        from.length == 0 || result != errc::none)
      return result;
  }
  return copy_through_memory(from, offset);
}

errc file_copy::share_blocks(byte_range from, std::uint64_t offset,
                             bool& done) {
  if (from.length == 0) { // which the kernel takes for "to the end"
    done = true;
    return errc::none;
  }
  if (from_->clone_range(from_.get(), static_cast<off_t>(from.offset),
                         static_cast<off_t>(from.length), to_.get(),
                         static_cast<off_t>(offset)) == 0) {
    done = true;
    return errc::none;
  }
  if (cannot(errno))
    best_ = way::in_kernel;
  else if (errno != EINVAL) // EINVAL: not on block borders
    return from_errno(errno);
  return errc::none;
}

errc file_copy::copy_in_kernel(byte_range& from, std::uint64_t& offset) {
  while (from.length > 0) {
    const auto bytes = from_->copy_file_range(
        from_.get(), static_cast<off_t>(from.offset), to_.get(),
        static_cast<off_t>(offset), static_cast<std::size_t>(from.length));
    if (bytes == 0)
      return errc::source_changed;
    if (bytes < 0) {
      if (!cannot(errno) && errno != EINVAL)
        return from_errno(errno);
      best_ = way::through_memory;
      return errc::none;
    }
    const auto done = static_cast<std::uint64_t>(bytes);
    from.offset += done;
    from.length -= done;
    offset += done;
  }
  return errc::none;
}

errc file_copy::copy_through_memory(byte_range from, std::uint64_t offset) {
  buffer_.resize(buffer_bytes);
  while (from.length > 0) {
    const auto piece = std::span{buffer_}.first(static_cast<std::size_t>(
        std::min<std::uint64_t>(from.length, buffer_bytes)));
    if (const auto result = read_fully(from_, from.offset, piece);
        result != errc::none)
      return result;
    if (const auto result = write_fully(to_, offset, piece);
        result != errc::none)
      return result;
    from.offset += piece.size();
    from.length -= piece.size();
    offset += piece.size();
  }
  return errc::none;
}

extent next_extent(const descriptor& file, byte_range range) {
  const auto seek = [&](int what) {
    const auto at = file->lseek(file.get(), static_cast<off_t>(range.offset), what);
    if (at < 0) // ENXIO: nothing of that kind any more; else: cannot tell
      return errno == ENXIO || what == SEEK_HOLE ? range.length
                                                 : std::uint64_t{0};
    return std::min(static_cast<std::uint64_t>(at) - range.offset,
                    range.length);
  };
  auto hole = seek(SEEK_DATA);
  if (hole < range.length)
    hole -= hole % chunk_bytes;
  if (hole > 0)
    return {hole, true};
  const auto data = seek(SEEK_HOLE);
  const auto chunks = (std::max<std::uint64_t>(data, 1) - 1) / chunk_bytes + 1;
  return {std::min(chunks * chunk_bytes, range.length), false};
}

bool make_hole(const descriptor& file, byte_range range) {
  return file->fallocate(file.get(),
                         FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                         static_cast<off_t>(range.offset),
                         static_cast<off_t>(range.length)) == 0;
}

} // namespace troupe
