// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/session.hpp"
#include "tool/commands.hpp"

namespace troupe::tool {

/// Runs a sync in a session of its own; SIGINT and SIGTERM end it early
/// (cancelled). Blocks. `on_progress` may be empty; it is called on some other
/// thread. Call it before any thread was started: see end_waiter.
sync_report run_to_end(sync_request request, on_sync_progress on_progress);

/// What the top of a shared directory is called in lists: its name, or nothing
/// when only what is in it was asked for.
std::string top_name(const sync_options& options);

} // namespace troupe::tool
