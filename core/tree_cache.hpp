// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/merkle_tree.hpp"
#include "core/source.hpp"

#include <filesystem>
#include <optional>

namespace troupe {

/// Trees of files that were hashed before, so that a file that has not changed
/// need not be read again. One small file per hashed file (a thousandth of its
/// size) in a folder of the user's own; it may be deleted at any time.
///
/// A file counts as unchanged while device, inode, size, modification time and
/// status change time are what they were, and were at least a second old when
/// it was hashed: a change within the clock's grain could not be seen.
/// Any thread; blocks on the disk. Whatever goes wrong means: not remembered.
class tree_cache {
public:
  explicit tree_cache(std::filesystem::path folder)
      : folder_(std::move(folder)) {}

  const std::filesystem::path& folder() const noexcept { return folder_; }

  /// The tree of what `file` names now, or nothing.
  std::optional<merkle_tree> find(const source& file, hash_type type) const;

  /// Remembers the tree that was made of `file`, if that has a name and has
  /// not changed lately. Old entries go when all together exceed 256 MiB.
  void put(const source& file, hash_type type, const merkle_tree& tree) const;

private:
  std::filesystem::path path_of(const file_identity& file, hash_type) const;
  void make_room() const;

  std::filesystem::path folder_;
};

} // namespace troupe
