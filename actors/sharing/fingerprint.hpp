// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/exclude.hpp"
#include "core/hash.hpp"

#include <filesystem>
#include <stop_token>

namespace troupe {

/// A hash over what the inodes of a path say, and of all that is below it if it
/// is a directory: names, types, sizes, owners, and all times but those of
/// access. It changes when a file does, and also when one only seems to. No
/// file is read, no link followed; what is not there counts as such. Blocks on
/// the disk; worth nothing if `stop` was asked for meanwhile. What `exclude`
/// matches in the share of that `name` does not count.
hash fingerprint_of(const std::filesystem::path& path,
                    const std::stop_token& stop = {},
                    const std::string& name = {},
                    const exclude_patterns& exclude = {});

} // namespace troupe
