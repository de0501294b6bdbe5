// SPDX-License-Identifier: BSD-3-Clause
// Private to core: what is in a directory and not in the share.
#pragma once

#include "core/beneath.hpp"
#include "core/catalogue.hpp"

#include <functional>
#include <string>
#include <vector>

namespace troupe {

/// Whether something that the share does not have stays all the same, with all
/// that is in it. An empty function: nothing does.
using is_spared =
    std::function<bool(const std::string& path, const struct stat& info)>;

/// Paths of what is below `root` and neither in `what` nor spared, ascending;
/// of directories of which nothing is spared only the topmost. Goes on after
/// an error and leaves the first in `failure`. Blocks on the disk.
std::vector<std::string> others_in(const descriptor& root,
                                   const catalogue& what,
                                   const is_spared& spared, errc& failure);

/// Removes that, and counts in `removed` the paths that went. Goes on after an
/// error and returns the first.
errc remove_others(const descriptor& root, const catalogue& what,
                   const is_spared& spared, std::uint64_t& removed);

} // namespace troupe
