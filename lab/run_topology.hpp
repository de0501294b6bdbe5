// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"
#include "lab/topology.hpp"

#include <functional>

namespace troupe::lab {

/// Called with a line of text for each run that is through.
using progress_line = std::function<void(const std::string&)>;

/// Builds the topology of network namespaces, runs all that it asks for, one
/// after the other, and returns the results as JSON (docs/lab.md has the
/// fields). What an expectation says is in them; only what keeps everything
/// from running is an error: no_permission, unsupported, not_found,
/// cancelled. Afterwards nothing of it is left. Blocks. The caller must have
/// one thread only.
expected<std::string> run_topology(const topology& all,
                                   const progress_line& say);

/// Builds the topology and keeps it, with its files in /run/lab there, until
/// SIGINT or SIGTERM; says where it is. Errors and caller as above, but that
/// the end is no error.
error keep_topology(const topology& all, const progress_line& say);

/// Ends what keep_topology() keeps under this name, of the same user. Errors:
/// not_found, timed_out. Blocks, for 15 s at most.
error end_topology(const std::string& name);

} // namespace troupe::lab
