// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/exclude.hpp"
#include "core/share_index.hpp"
#include "core/tree_cache.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace troupe {

/// A file as it was put into an index.
struct indexed_file {
  std::string name; ///< share path: what receivers ask for
  std::uint64_t bytes = 0;
  hash root; ///< of a directory: the hash of its listing
  std::optional<std::uint64_t> files; ///< in a directory
};

/// The tree of `input`, made by as many threads as there are cores. Blocks.
/// Errors: as tree_build::finish(); cancelled soon after `stop` was asked for.
expected<merkle_tree> hash_on_all_cores(hash_type type,
                                        std::shared_ptr<const source> input,
                                        std::stop_token stop = {});

/// What a path is shared as: its last component.
std::string share_name(const std::string& path);

/// Hashes files, and if `recursive` directories with all that is in them, on
/// all cores, and puts them into `index` under their base names. Large files
/// that are in `trees` (may be nullptr) are not read. What `exclude` matches in
/// directories is left out. Blocks. Errors: what open_file_source and
/// scan_directory say, already_exists for two paths of the same base name;
/// cancelled soon after `stop` was asked for.
expected<std::vector<indexed_file>>
index_files(share_index& index, const std::vector<std::string>& paths,
            bool recursive, const tree_cache* trees,
            std::stop_token stop = {}, const exclude_patterns& exclude = {});

} // namespace troupe
