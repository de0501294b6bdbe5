// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"
#include "lab/topology.hpp"

#include <chrono>
#include <functional>

namespace troupe::lab {

struct coordinator_options {
  std::string address = "127.0.0.1"; ///< that agents (or tunnels) come in by
  std::uint16_t port = 0;            ///< 0: a free one, which is said
  std::uint32_t agents = 1;          ///< that are waited for
  std::chrono::seconds patience{60}; ///< with them
};

/// Runs a topology on machines where agents are (run_agent()), and returns the
/// results as run_topology() does. Hosts are dealt out to the agents in turn;
/// their cables are what they are, so loss, rates and bridges do not count. An
/// agent that dies or does not answer for 2.5 s is said, its hosts are given
/// up, and the others go on. Errors: timed_out when too few agents came,
/// network_error for the port, unsupported without a session of troupe. Blocks.
expected<std::string>
run_on_agents(const topology& all, const coordinator_options& options,
              const std::function<void(const std::string&)>& say);

} // namespace troupe::lab
