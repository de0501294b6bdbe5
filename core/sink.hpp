// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/chunk_map.hpp"
#include "core/chunking.hpp"
#include "core/errc.hpp"
#include "core/source.hpp"

#include <functional>
#include <optional>

namespace troupe {

/// What of the remote file's metadata the destination takes over.
struct metadata_choice {
  bool owner = false;
  bool group = false;
  bool mode = false;
  bool mtime = false;
  bool atime = false;
};

/// Where verified bytes go: the end of the data's way. Used by one thread at a
/// time. Nothing is visible at the destination before commit() returns
/// errc::none, except where a sink says otherwise.
class sink {
public:
  virtual ~sink() = default;

  /// Why an object of `length` bytes has no place here, before memory or room
  /// is taken for it; errc::none if it has, if that is not known, or if it may
  /// turn out that all of it is there. Looks at the disk, once. Errors, with
  /// both figures: no_space, buffer_too_small, too_large.
  virtual error check_room(std::uint64_t length) const {
    static_cast<void>(length);
    return {};
  }

  /// Says how long the object will be and reserves the room for it.
  /// Once, first. Errors: no_space, buffer_too_small, too_large, io_error.
  virtual errc begin(std::uint64_t length) = 0;

  /// Writes at `offset`; the bytes lie within `length` of begin().
  virtual errc write_at(std::uint64_t offset,
                        std::span<const std::byte> bytes) = 0;

  /// Takes a range of the old object over to `offset` of the new one, by
  /// sharing blocks where the file system can. `from` lies within the old
  /// object. Errors: source_changed when the old object is no longer what it
  /// was when the sink was made.
  virtual errc copy_from_old(byte_range from, std::uint64_t offset) = 0;

  /// Makes the new object durable and visible, in one step, and applies the
  /// chosen metadata. Once, last. Errors: source_changed, io_error, no_space.
  virtual errc commit(const file_metadata& metadata,
                      const metadata_choice& choice) = 0;

  /// The object that is there now, for comparing; nullptr if there is none.
  virtual std::shared_ptr<const source> old() const = 0;

  /// Chunks of old() that a sync that was killed has left in its unfinished
  /// file: already where they belong, but not to be copied anywhere else.
  /// nullptr if there are none. If there are, it takes begin() and commit() to
  /// make the object what it should be, even if all of old() is the same.
  virtual std::shared_ptr<const chunk_map> left_over() const {
    return nullptr;
  }

  /// Instead of begin() and commit(), when the content is what it should be:
  /// gives the old object the chosen metadata. Errors: as commit().
  virtual errc commit_unchanged(const file_metadata&, const metadata_choice&) {
    return errc::none;
  }

  /// Whether commit() has something to do even if the content stays the same.
  virtual bool has_more_to_commit() const { return false; }

  /// Of a sink that takes bytes more or less in order: nothing that begins at
  /// or behind this offset is asked for now, and each content that occurs more
  /// than once is fetched again after order_window() bytes. It grows with what
  /// is written; any thread. nullopt: any order.
  virtual std::optional<std::uint64_t> reach() const { return std::nullopt; }
  virtual std::uint64_t order_window() const { return 0; }

  /// Gives up what was not committed: the temporary file goes, the destination
  /// stays as it was. The destructor does the same. May be repeated; after
  /// commit() it does nothing.
  virtual void discard() noexcept = 0;
};

/// The caller's buffer. Not atomic: bytes are in place when they are written,
/// but only verified ones ever are. begin() fails with buffer_too_small when
/// `length` exceeds the buffer, before anything is written. old() reads the
/// buffer itself, and copy_from_old() therefore first takes a copy of each
/// range that a later write would overwrite: announce all copies before the
/// first write_at(). The buffer outlives the sink.
std::unique_ptr<sink> make_memory_sink(std::span<std::byte> buffer);

/// A file: pwrite into an fallocated temporary file beside `path`, then fsync,
/// rename over it, fsync the directory. A symbolic link at `path` is replaced,
/// not followed. Without metadata_choice::mode a new file gets 0600 & ~umask
/// and an existing one keeps its mode. `sync_to_disk` false leaves out fsync.
/// With a `partial_dir`, which is made if its parent is there, the temporary
/// file is in that instead, and found there by the next sync.
/// Errors: not_found or not_directory (parent), is_directory, access_denied;
/// unsupported for a `partial_dir` on another file system.
expected<std::unique_ptr<sink>>
make_file_sink(const std::filesystem::path& path, bool sync_to_disk = true,
               const std::filesystem::path& partial_dir = {});

/// The regular file at `path`, of which only what differs is written; as
/// make_file_sink() if there is none. Needs room for what differs only. Nothing
/// of it changes before commit(). What commit() is going to write is in a
/// journal beside it first, so that a commit that is interrupted leaves the
/// file half changed, but not for ever: the next sink of this kind for the same
/// file completes it when it is made. Who reads the file meanwhile may see
/// both. Hard links stay. Errors: as make_file_sink(), access_denied
/// for a file that cannot be written, already_exists while there is another
/// sink of this kind for it.
expected<std::unique_ptr<sink>>
make_in_place_sink(const std::filesystem::path& path, bool sync_to_disk = true);

class file_system;
/// The same in another file system than the real one, which outlives them.
expected<std::unique_ptr<sink>>
make_file_sink(file_system& files, const std::filesystem::path& path,
               bool sync_to_disk,
               const std::filesystem::path& partial_dir = {});
expected<std::unique_ptr<sink>>
make_in_place_sink(file_system& files, const std::filesystem::path& path,
                   bool sync_to_disk);

} // namespace troupe
