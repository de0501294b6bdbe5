// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace troupe::tool {

/// What `troupe lab validate|up|run|report|down` is given.
struct lab_options {
  std::vector<std::string> files; ///< to validate
  std::string file;               ///< topology to build
  std::string folder;             ///< of the report; empty: none
  std::string name;               ///< of a topology that is up
  std::uint32_t rounds = 0;       ///< 0: as the topology says
};

/// Adds the command to the program's; `options` must stay as long as `app`.
void add_lab(CLI::App& app, lab_options& options);

/// Runs it, given that `lab` was parsed; before any other thread is started.
/// Blocks until it is done. Returns the exit code.
int run_lab(const CLI::App& lab, const lab_options& options);

} // namespace troupe::tool
