// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/catalogue.hpp"
#include "core/share_index.hpp"

#include <functional>

namespace troupe {

/// Makes the merkle tree of a source: on one core or on many.
using tree_maker =
    std::function<expected<merkle_tree>(const std::shared_ptr<const source>&)>;

/// Adds to an index what the range protocol sends for a directory: the pack of
/// its files and the catalogue, which is found below each of `names` (channel
/// hashes). `entries` are as in a catalogue; `files` has a source for each of
/// them that is a file and not empty, at the same place. Precondition:
/// index.range_symbol_bytes() != 0. Reads every file. Errors: those of
/// `make_tree`; too_large for more than max_catalogue_entries; name_too_long
/// for a path of more than max_path_bytes; invalid_argument for what else
/// receivers would refuse.
errc index_directory_pack(share_index& index, std::string name,
                          std::vector<catalogue_entry> entries,
                          std::vector<std::shared_ptr<const source>> files,
                          std::span<const hash> names,
                          const tree_maker& make_tree);

} // namespace troupe
