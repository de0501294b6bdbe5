// SPDX-License-Identifier: BSD-3-Clause
// Private to core: what an in-place change is going to write, written down
// first, so that it can be completed whatever happens.
#pragma once

#include "core/chunk_map.hpp"
#include "core/chunking.hpp"
#include "core/file_place.hpp"
#include "core/source.hpp"

#include <string>
#include <vector>

namespace troupe {

/// New bytes of a file, in a file ".NAME.troupe-journal" beside it. Until
/// close_with() it means nothing; from then on it is the file's content, no
/// matter how often or from where it is applied. One thread.
class journal {
public:
  /// Begins one. The place must not have one.
  static expected<journal> begin(const file_place& where);

  /// What is left of one that was never complete, to be continued; nothing when
  /// there is none that is any good, which is then removed. The records of
  /// whole chunks count.
  static std::optional<journal> find_rest(const file_place& where);

  /// Applies a complete journal that was left beside `where`, if it is for the
  /// file that is there now, and removes it. errc::none if there is none, or
  /// one that is not complete, which stays.
  static errc recover(const file_place& where, bool sync_to_disk);

  journal(journal&&) = default;
  journal& operator=(journal&&) = default;

  errc append(std::uint64_t offset, std::span<const std::byte> bytes);
  /// Makes it complete: `length` is the new length of the open `file`. What
  /// is behind that is left out.
  errc close_with(std::uint64_t length, const descriptor& file,
                  const file_place& where, bool sync_to_disk);
  /// Writes everything into `to`. After close_with(); may be repeated.
  errc apply(const descriptor& to) const;
  /// Removes it from the directory, for good if asked to.
  errc remove(const file_place& where, bool sync_to_disk) noexcept;

  /// The end of the furthest record.
  std::uint64_t content_bytes() const noexcept;
  /// The chunks that it has, whole but for the last of all.
  chunk_map chunks() const;
  /// Those at their places, the rest as zeros; none if it cannot be read again.
  std::shared_ptr<source> content(const file_place& where) const;

private:
  struct record {
    std::uint64_t offset = 0; ///< in the file
    std::uint64_t length = 0;
    std::uint64_t at = 0; ///< in the journal
  };
  journal() = default;
  static std::string name_for(const file_place& where);
  enum class state { complete, cut_off, useless };
  errc read(const descriptor& file, state& found);
  void read_records(std::uint64_t size);

  descriptor fd_;
  std::string name_;
  std::uint64_t end_ = 0; ///< of the journal
  std::uint64_t length_ = 0;
  std::vector<record> records_;
};

} // namespace troupe
