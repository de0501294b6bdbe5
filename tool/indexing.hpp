// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/share_index.hpp"
#include "core/tree_cache.hpp"

#include <functional>
#include <string>
#include <vector>

namespace troupe::tool {

/// A file as it was put into an index.
struct indexed_file {
  std::string name; ///< share path: what receivers ask for
  std::uint64_t bytes = 0;
  hash root;
};

/// Hashes files on all cores and puts them into `index` under their base
/// names. Files that are in `trees` (may be nullptr) are not read. Blocks. Errors: what open_file_source says, already_exists for two
/// paths of the same base name.
expected<std::vector<indexed_file>>
index_files(share_index& index, const std::vector<std::string>& paths,
            const tree_cache* trees);

} // namespace troupe::tool
