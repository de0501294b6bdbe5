// SPDX-License-Identifier: BSD-3-Clause
// Content that is no file: where shared bytes come from, and where synchronised
// bytes go. Implement these, or use the memory that is here.
#pragma once

#include "troupe/errc.hpp"
#include "troupe/public.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

/// Bytes that are shared, and that do not change while they are: to share
/// others make another source. Called from several threads at once; may block.
class TROUPE_PUBLIC content_source {
public:
  content_source() = default;
  content_source(const content_source&) = delete;
  content_source& operator=(const content_source&) = delete;
  virtual ~content_source();

  /// Bytes; always the same number.
  virtual std::uint64_t size() const noexcept = 0;
  /// Fills `out` with `count` bytes from `offset` on, which lie within size().
  /// Errors: whatever fits; the bytes are not sent then. An exception counts
  /// as io_error.
  virtual errc read_at(std::uint64_t offset, std::byte* out,
                       std::size_t count) const = 0;
};

/// Memory as a source, which it keeps alive.
TROUPE_PUBLIC std::shared_ptr<const content_source>
make_content(std::vector<std::byte> bytes);
/// Memory that `owner` keeps alive and that nobody changes.
TROUPE_PUBLIC std::shared_ptr<const content_source>
make_content(std::shared_ptr<const void> owner, const std::byte* bytes,
             std::size_t count);

/// Where an object goes: in any order, each byte once, verified. Of one sync;
/// called from one thread at a time, which it may block.
class TROUPE_PUBLIC content_sink {
public:
  content_sink() = default;
  content_sink(const content_sink&) = delete;
  content_sink& operator=(const content_sink&) = delete;
  virtual ~content_sink();

  /// What is there now, to be compared with; nullptr: nothing. Must be readable
  /// until commit(), so write_at() may not write over it. Asked several times:
  /// always the same.
  virtual std::shared_ptr<const content_source> old() const;
  /// Once, first: how long the object is. Not called if old() is the same.
  virtual errc begin(std::uint64_t length) = 0;
  /// `count` bytes that belong to `offset`. What stays the same comes, too,
  /// read from old().
  virtual errc write_at(std::uint64_t offset, const std::byte* bytes,
                        std::size_t count) = 0;
  /// Once, last: every byte was written.
  virtual errc commit() = 0;
  /// Instead of commit(), if begin() was called and the sync has failed.
  virtual void discard() noexcept;
};

/// Who reads an object from the first byte to the last while the rest is still
/// arriving. What he takes his time for waits at the sharer. Of one sync;
/// called from one thread at a time, which it may block.
class TROUPE_PUBLIC content_stream {
public:
  content_stream() = default;
  content_stream(const content_stream&) = delete;
  content_stream& operator=(const content_stream&) = delete;
  virtual ~content_stream();

  /// Once, first: how long the object is.
  virtual errc begin(std::uint64_t length);
  /// The next bytes, verified, up to 1 MiB of them. An error ends the sync.
  virtual errc next(const std::byte* bytes, std::size_t count) = 0;
  /// Once, after the last byte.
  virtual errc end();
};

/// A version of a replicated object. Nobody ever changes it: who holds it reads
/// one version, whole, however many come after it. Any thread.
struct snapshot {
  std::uint64_t version = 0; ///< 1 and up, of one replica
  std::string root;          ///< hash of the content, the same at all hosts
  const std::byte* data = nullptr;
  std::size_t size = 0;
  std::shared_ptr<const void> owner; ///< keeps `data`
};
using snapshot_ptr = std::shared_ptr<const snapshot>;

} // namespace troupe
