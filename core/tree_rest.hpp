// SPDX-License-Identifier: BSD-3-Clause
// Private to the tree sink: what a dead sync of a directory has left of files.
#pragma once

#include "core/resumed_source.hpp"
#include "core/tree_place.hpp"
#include "core/tree_selection.hpp"

#include <map>

namespace troupe {

struct tree_rest {
  /// By entry of the catalogue: the old file with what was left of the new one.
  std::map<std::size_t, std::shared_ptr<const resumed_source>> files;
  /// Chunks of the pack that have something of that; nullptr for none.
  std::shared_ptr<const chunk_map> chunks;
};

/// What a new file is called in the workshop: the same in every catalogue.
std::string name_in_workshop(const catalogue_entry& entry);

/// The regular file in the place of an entry, for reading; nullptr if there is
/// none.
std::shared_ptr<const source> old_file_of(const tree_place& where,
                                          const catalogue& what,
                                          std::size_t entry);

/// Looks through the workshop of a dead sync, if there is one. What cannot be
/// continued is removed from it.
tree_rest find_tree_rest(const tree_place& where,
                         const tree_selection& wanted);

} // namespace troupe
