// SPDX-License-Identifier: BSD-3-Clause
// Private to the tree sink: the steps that change the destination.
#pragma once

#include "core/tree_place.hpp"

#include <functional>
#include <set>

namespace troupe {

/// Puts what is complete in the workshop into its place, one entry after the
/// other: each is the old or the new one at any time. One thread; blocks on
/// the disk. What it is given outlives it.
class tree_commit {
public:
  /// `is_made(i)`: the new content of file i is in the workshop.
  tree_commit(tree_place& where, const catalogue& what,
              const metadata_choice& choice,
              std::function<bool(std::size_t)> is_made)
      : where_(where), what_(what), choice_(choice),
        is_made_(std::move(is_made)) {}

  /// Once, first: the directory itself and all that is in it. Errors:
  /// is_symlink, access_denied, io_error, no_space.
  errc put_in_place();

  /// Once, last, and innermost first: what happens in a directory changes its
  /// times, and its mode may forbid it. After a failure (`is_well` false) only
  /// what was loosened is as before again.
  errc finish_directories(bool is_well);

  /// Directories made and links put so far, the top not counted.
  std::uint64_t others_changed() const noexcept { return others_changed_; }

private:
  template <class Call>
  errc change_in(const descriptor& parent, const std::string& path, Call call);
  errc put_link(std::size_t entry, const descriptor& parent, const char* name);
  errc change_attributes(std::size_t entry, const descriptor& parent,
                         const char* name);

  tree_place& where_;
  const catalogue& what_;
  const metadata_choice& choice_;
  std::function<bool(std::size_t)> is_made_;
  std::uint64_t others_changed_ = 0;
  std::set<std::string> loosened_; ///< directories that we may write in now
};

} // namespace troupe
