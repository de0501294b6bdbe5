// SPDX-License-Identifier: BSD-3-Clause
// Paths as an index sees them.
#pragma once

#include "capi/mdex_handle.hpp"

#include <filesystem>
#include <optional>

namespace troupe::capi {

/// Absolute, without ".", ".." and double or trailing slashes; symbolic links
/// are not resolved, as the names of a share come from the path as given.
std::filesystem::path canonical(const char* path);

/// basedir and rootdir of mdex, as after mdex_addfile of the canonical `path`.
void set_directories(mdex_handle& handle, const std::filesystem::path& path);

/// The share path of what lies below `root`, a canonical path; else nothing.
std::optional<std::string> path_below(const std::string& root,
                                      const std::filesystem::path& path);

/// The entry that the path of something added, below whichever root, or else
/// the alias `path` stands for, and its hash. Errors: as mdex_index::get().
errc get_alias(mdex_handle& handle, const char* path, hash& id,
               mdex_entry_t* entry);

} // namespace troupe::capi
