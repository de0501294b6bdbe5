// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace troupe::tool {

/// What `troupe run`, `check`, `explain`, `status` and `top` take.
struct run_options {
  std::string file;
  std::vector<std::string> sets; ///< "key=value"
  bool json = false;    ///< the log, or the status, is JSON
  bool quiet = false;   ///< warnings and errors only
  bool verbose = false; ///< also what is usual
};

/// Does what a session file says until SIGTERM, SIGINT, or until all is done.
/// Returns the exit code.
int run_session(const run_options& options);

/// Prints what is wrong with a session file; exit_usage if anything is. What it
/// names and this host does not have is a warning.
int run_check(const run_options& options);

/// Prints what counts in a session file and why.
int run_explain(const run_options& options);

/// Prints what a running session says of itself in the `status` file of its
/// session file. exit_usage if there is none.
int run_status(const run_options& options);

/// Shows the same as a table, on a terminal anew each second until it is
/// interrupted, elsewhere once. exit_usage as above.
int run_top(const run_options& options);

} // namespace troupe::tool
