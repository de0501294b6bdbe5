// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/blob.hpp"
#include "core/chunking.hpp"
#include "core/errc.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace troupe {

/// What a file's inode says, as far as it travels.
struct file_metadata {
  std::uint32_t mode = 0; ///< type and permission bits, as st_mode
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::int64_t mtime_s = 0;
  std::uint64_t mtime_ns = 0; ///< 0..999999999
  std::int64_t atime_s = 0;
  std::uint64_t atime_ns = 0; ///< 0..999999999
  friend bool operator==(const file_metadata&, const file_metadata&) = default;
};

/// What tells a file from another, and from itself after a change.
struct file_identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// Bytes that can be read at any offset: the beginning of the data's way.
/// Reading is const and safe from several threads.
class source {
public:
  virtual ~source() = default;

  /// Bytes; fixed when the source is made.
  virtual std::uint64_t size() const noexcept = 0;

  /// Fills `out` from `offset`. Blocks on the disk. Errors: source_changed
  /// when there are fewer bytes than size() promised, io_error.
  virtual errc read_at(std::uint64_t offset,
                       std::span<std::byte> out) const = 0;

  /// Fills `out` from `offset` in pieces of `piece_bytes`, each `stride` bytes
  /// behind the one before; the last one may be shorter. The gaps are not
  /// touched. For packets with headers between them. As read_at.
  virtual errc read_spaced(std::uint64_t offset, std::uint64_t length,
                           std::span<std::byte> out, std::size_t piece_bytes,
                           std::size_t stride) const;

  /// errc::none while the content is still what it was when the source was
  /// made, as far as inode, size and times tell; else source_changed.
  virtual errc check_unchanged() const = 0;

  /// The same for the part that `range` is in, where the source has parts.
  virtual errc check_unchanged_in(byte_range range) const;

  /// Of a file that is still what it was when the source was made.
  virtual std::optional<file_identity> identity() const { return std::nullopt; }

  /// Whether nothing that could be of use is in `range`, as in a hole that a
  /// sync has not filled yet: what is read there is not worth comparing.
  virtual bool is_void(byte_range) const { return false; }

protected:
  /// read_spaced() by one read_at(), for where each of them is expensive.
  errc read_once_and_space(std::uint64_t offset, std::uint64_t length,
                           std::span<std::byte> out, std::size_t piece_bytes,
                           std::size_t stride) const;
};

/// Memory that the caller keeps alive and unchanged while the source is used.
std::shared_ptr<source> make_memory_source(std::span<const std::byte> bytes);

/// Memory that the source keeps alive.
std::shared_ptr<source> make_blob_source(blob bytes);

/// A regular file, and what its inode said when it was opened.
struct file_source {
  std::shared_ptr<source> bytes;
  file_metadata metadata;
};

/// Opens a regular file for reading, without following a symbolic link at
/// the last component. The descriptor is opened on the first read and closed
/// with the source, that of a file up to 256 KiB after each read, so that an
/// index of many files holds few descriptors.
/// Errors: not_found, access_denied, is_directory, is_symlink, unsupported
/// (neither file, directory nor link), io_error.
expected<file_source> open_file_source(const std::filesystem::path& path);

class file_system;
/// The same in another file system than the real one, which outlives it.
expected<file_source> open_file_source(file_system& files,
                                       const std::filesystem::path& path);

} // namespace troupe
