// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_attributes.hpp"
#include "core/posix_file.hpp"
#include "core/source.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <system_error>

namespace troupe {

namespace {

// A fifo that takes the file's place must not block us, nor a terminal become
// ours.
constexpr int open_flags =
    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

/// Files up to this size are opened anew for each read.
constexpr std::uint64_t most_bytes_read_closed = 256u << 10;

class file_bytes final : public source {
public:
  file_bytes(file_system& files, std::filesystem::path path,
             const struct stat& info)
      : files_(files), path_(std::move(path)), stamp_(info) {}
  file_bytes(const file_bytes&) = delete;
  file_bytes& operator=(const file_bytes&) = delete;
  ~file_bytes() override {
    if (const auto fd = fd_.load(); fd >= 0)
      files_.close(fd);
  }

  std::uint64_t size() const noexcept override {
    return static_cast<std::uint64_t>(stamp_.size);
  }

  errc read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (!lies_within(offset, out.size(), size()))
      return errc::invalid_argument;
    if (size() <= most_bytes_read_closed)
      return read_closed(offset, out);
    auto fd = fd_.load(std::memory_order_acquire);
    if (fd < 0)
      if (const auto result = open_once(fd); result != errc::none)
        return result;
    return read_fully(files_, fd, offset, out);
  }

  errc read_spaced(std::uint64_t offset, std::uint64_t length,
                   std::span<std::byte> out, std::size_t piece_bytes,
                   std::size_t stride) const override {
    if (size() <= most_bytes_read_closed)
      return read_once_and_space(offset, length, out, piece_bytes, stride);
    std::array<iovec, 512> pieces;
    while (length > 0) {
      std::size_t count = 0;
      std::uint64_t bytes = 0;
      for (; count < pieces.size() && bytes < length; ++count) {
        const auto at = count * stride;
        const auto piece = std::min<std::uint64_t>(length - bytes, piece_bytes);
        if (out.size() < at + piece)
          return errc::invalid_argument;
        pieces[count] = {out.data() + at, piece};
        bytes += piece;
      }
      if (!lies_within(offset, bytes, size()))
        return errc::invalid_argument;
      auto fd = fd_.load(std::memory_order_acquire);
      if (fd < 0)
        if (const auto result = open_once(fd); result != errc::none)
          return result;
      const auto got = files_.preadv(fd, std::span{pieces}.first(count),
                                     static_cast<off_t>(offset));
      // Short only where the file shrank or a signal came: piece by piece.
      if (got != static_cast<ssize_t>(bytes))
        return source::read_spaced(offset, length, out, piece_bytes, stride);
      offset += bytes;
      length -= bytes;
      out = out.subspan(std::min(count * stride, out.size()));
    }
    return errc::none;
  }

  errc check_unchanged() const override {
    if (const auto fd = fd_.load(std::memory_order_acquire); fd >= 0)
      return check_stamp(files_, fd, stamp_);
    struct stat info {};
    if (look(info) != 0)
      return errno == ENOENT ? errc::source_changed : from_errno(errno);
    return file_stamp{info} == stamp_ ? errc::none : errc::source_changed;
  }

  std::optional<file_identity> identity() const override {
    struct stat info {};
    const auto fd = fd_.load(std::memory_order_acquire);
    if ((fd >= 0 ? files_.fstat(fd, info) : look(info)) != 0 ||
        file_stamp{info} != stamp_)
      return std::nullopt;
    return identity_of(info);
  }

private:
  /// Opens the file for this read only: there may be very many small ones.
  errc read_closed(std::uint64_t offset, std::span<std::byte> out) const {
    descriptor file;
    if (const auto result = open(file); result != errc::none)
      return result;
    return read_fully(file, offset, out);
  }

  int look(struct stat& info) const {
    return files_.fstatat(AT_FDCWD, path_.c_str(), info, AT_SYMLINK_NOFOLLOW);
  }

  errc open(descriptor& file) const {
    auto opened = open_path(files_, path_.c_str(), open_flags);
    if (!opened) // gone, or a link is in its place
      return errno == ENOENT || errno == ELOOP ? errc::source_changed
                                               : from_errno(errno);
    if (const auto result = check_stamp(opened, stamp_);
        result != errc::none)
      return result;
    file = std::move(opened);
    return errc::none;
  }

  errc open_once(int& fd) const {
    const std::lock_guard lock{opening_};
    fd = fd_.load(std::memory_order_relaxed);
    if (fd >= 0)
      return errc::none;
    descriptor opened;
    if (const auto result = open(opened); result != errc::none)
      return result;
    fd = opened.release();
    fd_.store(fd, std::memory_order_release);
    return errc::none;
  }

  file_system& files_;
  std::filesystem::path path_;
  file_stamp stamp_;
  mutable std::mutex opening_;
  mutable std::atomic<int> fd_{-1};
};

errc judge_type(mode_t mode) noexcept {
  if (S_ISREG(mode))
    return errc::none;
  if (S_ISDIR(mode))
    return errc::is_directory;
  return S_ISLNK(mode) ? errc::is_symlink : errc::unsupported;
}

} // namespace

expected<file_source> open_file_source(const std::filesystem::path& path) {
  return open_file_source(posix_file_system(), path);
}

expected<file_source> open_file_source(file_system& files,
                                       const std::filesystem::path& path) {
  const auto fail = [&](errc code) { return error{code, path.string()}; };
  struct stat info {};
  if (files.fstatat(AT_FDCWD, path.c_str(), info, AT_SYMLINK_NOFOLLOW) != 0)
    return fail(from_errno(errno));
  if (const auto code = judge_type(info.st_mode); code != errc::none)
    return fail(code);
  // Opened now to see whether it can be, again when it is read.
  const auto file = open_path(files, path.c_str(), open_flags);
  if (!file)
    return fail(errno == ELOOP ? errc::is_symlink : from_errno(errno));
  if (file->fstat(file.get(), info) != 0)
    return fail(from_errno(errno));
  if (const auto code = judge_type(info.st_mode); code != errc::none)
    return fail(code);
  std::error_code failed;
  auto absolute = std::filesystem::absolute(path, failed);
  if (failed)
    return fail(from_errno(failed.value()));
  return file_source{
      std::make_shared<file_bytes>(files, std::move(absolute), info),
      metadata_of(info)};
}

} // namespace troupe
