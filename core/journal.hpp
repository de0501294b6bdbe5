// SPDX-License-Identifier: BSD-3-Clause
// Private to core: what an in-place change is going to write, written down
// first, so that it can be completed whatever happens.
#pragma once

#include "core/chunking.hpp"
#include "core/file_place.hpp"

#include <string>
#include <vector>

namespace troupe {

/// New bytes of a file, in a file ".NAME.troupe-journal" beside it. Until
/// close_with() it means nothing; from then on it is the file's content, no
/// matter how often or from where it is applied. One thread.
class journal {
public:
  /// Begins one; what is left of an earlier one, and not complete, goes.
  static expected<journal> begin(const file_place& where);

  /// Applies a complete journal that was left beside `where`, if it is for the
  /// file that is there now, and removes it. errc::none if there is none.
  static errc recover(const file_place& where, bool sync_to_disk);

  journal(journal&&) = default;
  journal& operator=(journal&&) = default;

  errc append(std::uint64_t offset, std::span<const std::byte> bytes);
  /// Makes it complete: `length` is the new length of the open `file`.
  errc close_with(std::uint64_t length, int file, bool sync_to_disk);
  /// Writes everything into `to`. After close_with(); may be repeated.
  errc apply(int to) const;
  /// Removes it from the directory.
  void remove(const file_place& where) noexcept;

private:
  struct record {
    std::uint64_t offset = 0; ///< in the file
    std::uint64_t length = 0;
    std::uint64_t at = 0; ///< in the journal
  };
  journal() = default;
  static std::string name_for(const file_place& where);
  errc read(int file);

  unique_fd fd_;
  std::string name_;
  std::uint64_t end_ = 0; ///< of the journal
  std::uint64_t length_ = 0;
  std::vector<record> records_;
};

} // namespace troupe
