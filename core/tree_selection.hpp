// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/chunk_map.hpp"
#include "core/exclude.hpp"
#include "core/pack.hpp"
#include "core/tree_others.hpp"

#include <memory>
#include <optional>

namespace troupe {

/// What a receiver wants of a shared directory: all of it, or all but what it
/// excludes. The pack stays that of all files.
struct tree_selection {
  std::shared_ptr<const catalogue> what; ///< the wanted entries only
  std::vector<pack_piece> layout; ///< where their content is in the pack
  std::uint64_t pack_length = 0;  ///< bytes, of all files
  exclude_patterns exclude;

  /// Whether `path` below the directory is excluded by itself, so that what is
  /// there stays as it is. Of what is in an excluded directory nobody need ask.
  bool is_excluded(const std::string& path, bool is_directory) const;

  /// What stays of what the share does not have: what is excluded, and the
  /// directory `partial` if there is one, of which fstat(2) said that. Holds
  /// on to this value.
  is_spared spared(std::optional<struct stat> partial) const;

  /// Chunks of the pack that no wanted file has a byte in; of no length if
  /// every chunk is wanted.
  chunk_map unwanted() const;
  /// Bytes of all wanted files.
  std::uint64_t bytes() const noexcept;
};

/// Leaves out of `what` the entries that match, and all that is in them; never
/// the directory itself. Patterns see paths from the share's name on. Errors:
/// bad_object, when the files are larger than a pack can be.
expected<tree_selection> select_entries(std::shared_ptr<const catalogue> what,
                                        exclude_patterns exclude);

} // namespace troupe
