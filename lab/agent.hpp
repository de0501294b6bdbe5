// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lab/agent_work.hpp"

namespace troupe::lab {

struct agent_options {
  std::string name;               ///< for people
  std::string address = "127.0.0.1"; ///< of the coordinator, or of a tunnel
  std::uint16_t port = 0;
  workplace where;
};

/// Enlists with a coordinator and carries out its plans, until the coordinator
/// says that there are no more. `say` gets a line for each thing that happens,
/// from several threads, one at a time. Errors: network_error when there is no
/// coordinator, or it fell silent; unsupported when it is of another version.
/// Blocks. Starts threads; before that the process has one.
error run_agent(const agent_options& options,
                const std::function<void(const std::string&)>& say);

} // namespace troupe::lab
