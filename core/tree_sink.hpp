// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/catalogue.hpp"
#include "core/chunk_map.hpp"
#include "core/entry_change.hpp"
#include "core/exclude.hpp"
#include "core/sink.hpp"
#include "core/tree_memory.hpp"

#include <atomic>

namespace troupe {

/// What became of the entries of a tree. Written by commit().
struct tree_outcome {
  std::uint64_t files = 0;         ///< of the catalogue
  std::uint64_t files_changed = 0; ///< content new or replaced
  std::uint64_t others_changed = 0; ///< directories made, links put
  std::uint64_t deleted = 0;       ///< entries that the share does not have

  /// Whether anything but metadata became another.
  bool any() const noexcept {
    return files_changed + others_changed + deleted > 0;
  }
  std::vector<entry_change> changes; ///< if they were asked for
};

struct tree_sink_options {
  bool sync_to_disk = true;
  bool delete_others = false; ///< what the share does not have goes
  bool list_changes = false;  ///< in the outcome
  metadata_choice metadata;
  /// What is left as it is: neither written nor removed (select_entries()).
  exclude_patterns exclude;
  /// Where new files are until all are complete, on the file system of the
  /// directory; made if its parent is there, and never removed. Empty: in the
  /// directory itself, or beside it.
  std::filesystem::path partial_dir;
  std::shared_ptr<tree_outcome> outcome; ///< may be nullptr
  /// What is known of files from last time; may be nullptr.
  std::shared_ptr<const tree_memory> memory;
};

/// A sink for a tree, and what need not be compared.
struct tree_destination {
  std::unique_ptr<sink> pack;
  chunk_map unchanged; ///< chunks of the pack that are there, as is known
  chunk_map unwanted;  ///< those with nothing but excluded files; may be empty
};

/// The directory `path`, which becomes what `what` says: a sink for its pack.
/// Files whose content changes are written into a folder of our own inside the
/// directory (beside it if there is none yet) and renamed into place by
/// commit(), one after the other: each is the old or the new one at any time,
/// and nothing has changed if commit() is not reached. Nothing outside the
/// directory is touched: names are resolved beneath it, links not followed.
/// A file takes the place of a file, a link or a special file, never of a
/// directory. Without metadata_choice::mode new files get 0600 & ~umask, new
/// directories 0777 & ~umask.
/// Errors: not_found or not_directory (parent), is_directory, not_directory,
/// is_symlink (what is in the way of an entry), access_denied, unsupported (a
/// partial_dir on another file system).
expected<tree_destination>
make_tree_sink(const std::filesystem::path& path,
               std::shared_ptr<const catalogue> what,
               tree_sink_options options);

/// The same in another file system than the real one, which outlives it.
expected<tree_destination>
make_tree_sink(file_system& files, const std::filesystem::path& path,
               std::shared_ptr<const catalogue> what,
               tree_sink_options options);

} // namespace troupe
