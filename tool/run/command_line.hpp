// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tool/run/command.hpp"

#include <CLI/CLI.hpp>

namespace troupe::tool {

/// Adds `run`, `check`, `explain` and `status` to the program's commands.
/// `options` gets what is said to them, and outlives the program.
void add_run_commands(CLI::App& program, run_options& options);

} // namespace troupe::tool
