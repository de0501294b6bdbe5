// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tool/run/session_plan.hpp"

namespace troupe::tool {

/// What a share or sync names and this host does not have: an interface, a file
/// that can be read. In words, one for each; empty: nothing is missing. Looks
/// at the host; opens the files, but does not read them.
std::vector<std::string> preflight(const planned_share& plan);
std::vector<std::string> preflight(const planned_sync& plan);

} // namespace troupe::tool
