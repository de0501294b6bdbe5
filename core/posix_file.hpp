// SPDX-License-Identifier: BSD-3-Clause
// Private to the file source and sink: descriptors and complete transfers.
#pragma once

#include "core/errc.hpp"
#include "core/file_system.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe {

/// Tells whether a file is still the one that was looked at.
struct file_stamp {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t mtime_s = 0;
  std::int64_t mtime_ns = 0;

  file_stamp() = default;
  explicit file_stamp(const struct stat& info) noexcept
      : device(info.st_dev), inode(info.st_ino), size(info.st_size),
        mtime_s(info.st_mtim.tv_sec), mtime_ns(info.st_mtim.tv_nsec) {}
  friend bool operator==(const file_stamp&, const file_stamp&) = default;
};

/// errc::none while `file` is still what `stamp` was taken from.
inline errc check_stamp(file_system& files, int file, const file_stamp& stamp) {
  struct stat info {};
  if (files.fstat(file, info) != 0)
    return from_errno(errno);
  return file_stamp{info} == stamp ? errc::none : errc::source_changed;
}
inline errc check_stamp(const descriptor& file, const file_stamp& stamp) {
  return check_stamp(file.of(), file.get(), stamp);
}

/// Fills `out`; a file that ends too early has changed.
inline errc read_fully(file_system& files, int file, std::uint64_t offset,
                       std::span<std::byte> out) {
  while (!out.empty()) {
    const auto bytes = files.pread(file, out, static_cast<off_t>(offset));
    if (bytes < 0)
      return from_errno(errno);
    if (bytes == 0)
      return errc::source_changed;
    offset += static_cast<std::uint64_t>(bytes);
    out = out.subspan(static_cast<std::size_t>(bytes));
  }
  return errc::none;
}

inline errc read_fully(const descriptor& file, std::uint64_t offset,
                       std::span<std::byte> out) {
  return read_fully(file.of(), file.get(), offset, out);
}

inline errc write_fully(const descriptor& file, std::uint64_t offset,
                        std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto written =
        file->pwrite(file.get(), bytes, static_cast<off_t>(offset));
    if (written < 0)
      return from_errno(errno);
    if (written == 0)
      return errc::io_error;
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return errc::none;
}

/// errc::none, or what errno says when a call's `result` is not 0.
inline errc result_of_call(int result) noexcept {
  return result == 0 ? errc::none : from_errno(errno);
}

/// True when `length` bytes from `offset` lie within `room` bytes.
constexpr bool lies_within(std::uint64_t offset, std::uint64_t length,
                           std::uint64_t room) noexcept {
  return offset <= room && length <= room - offset;
}

} // namespace troupe
