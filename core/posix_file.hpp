// SPDX-License-Identifier: BSD-3-Clause
// Private to the file source and sink: descriptors and complete transfers.
#pragma once

#include "core/errc.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace troupe {

/// Owns a descriptor; -1 is none.
class unique_fd {
public:
  unique_fd() = default;
  explicit unique_fd(int fd) noexcept : fd_(fd) {}
  unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~unique_fd() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  explicit operator bool() const noexcept { return fd_ >= 0; }

private:
  int fd_ = -1;
};

/// Repeats a system call that a signal interrupted.
template <class Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR)
    result = call();
  return result;
}

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

/// errc::none while `fd` is still what `stamp` was taken from.
inline errc check_stamp(int fd, const file_stamp& stamp) noexcept {
  struct stat info {};
  if (::fstat(fd, &info) != 0)
    return from_errno(errno);
  return file_stamp{info} == stamp ? errc::none : errc::source_changed;
}

/// Fills `out`; a file that ends too early has changed.
inline errc read_fully(int fd, std::uint64_t offset,
                       std::span<std::byte> out) noexcept {
  while (!out.empty()) {
    const auto bytes = retry_interrupted([&] {
      return ::pread(fd, out.data(), out.size(), static_cast<off_t>(offset));
    });
    if (bytes < 0)
      return from_errno(errno);
    if (bytes == 0)
      return errc::source_changed;
    offset += static_cast<std::uint64_t>(bytes);
    out = out.subspan(static_cast<std::size_t>(bytes));
  }
  return errc::none;
}

inline errc write_fully(int fd, std::uint64_t offset,
                        std::span<const std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const auto written = retry_interrupted([&] {
      return ::pwrite(fd, bytes.data(), bytes.size(),
                      static_cast<off_t>(offset));
    });
    if (written < 0)
      return from_errno(errno);
    if (written == 0)
      return errc::io_error;
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return errc::none;
}

/// True when `length` bytes from `offset` lie within `room` bytes.
constexpr bool lies_within(std::uint64_t offset, std::uint64_t length,
                           std::uint64_t room) noexcept {
  return offset <= room && length <= room - offset;
}

} // namespace troupe
