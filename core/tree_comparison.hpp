// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/diff.hpp"
#include "core/entry_change.hpp"
#include "core/tree_memory.hpp"
#include "core/tree_selection.hpp"

#include <memory>

namespace troupe {

/// A directory that is compared with what a share has of it, and not changed.
/// What a sync that was killed has left beside it does not count. One thread at
/// a time; blocks on the disk.
class tree_comparison {
public:
  /// The directory at `path`, which need not be there. `memory`: what is known
  /// of files without reading them; may be nullptr. `partial_dir`, if it is
  /// there, is nothing that a sync would remove. Errors: those that
  /// make_tree_sink() has for what is in the way.
  static expected<std::shared_ptr<const tree_comparison>>
  open(const std::filesystem::path& path, tree_selection wanted,
       const tree_memory* memory,
       const std::filesystem::path& partial_dir = {});

  virtual ~tree_comparison() = default;

  /// The pack as it would be if it were made of what is there; nullptr if none
  /// of its files is.
  virtual std::shared_ptr<const source> old() const = 0;
  /// Chunks of it that are known to be what is shared.
  virtual chunk_map unchanged() const = 0;
  /// What a sync would change, once `plan` has come of comparing the packs;
  /// only entries of which something would. Files that share a chunk with
  /// others are read to tell which of them it is.
  virtual std::vector<entry_change> changes(const sync_plan& plan,
                                            const metadata_choice& choice,
                                            bool delete_others) const = 0;
};

} // namespace troupe
