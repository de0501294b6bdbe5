// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tool/doctor/facts.hpp"

#include <chrono>

namespace troupe::doctor {

/// What to look at.
struct look_options {
  std::string interface; ///< name; empty: what a receiver would take
  std::string name;      ///< share to look for; empty: none
  /// How long to listen for queries, and for sharers.
  std::chrono::milliseconds listen{2000};
};

/// Asks the kernel: interfaces, addresses, routes, bridges, limits. Sends
/// nothing; blocks for system calls only. Any thread.
facts look_at_host(const look_options& options);

/// Sends a packet and a report to groups of its own, and listens. Fills in
/// echoes and queries. Blocks for options.listen.
void probe_network(const look_options& options, facts& all);

/// Asks for options.name as a receiver does and notes who answers. Blocks for
/// options.listen.
void look_for_sharers(const look_options& options, facts& all);

} // namespace troupe::doctor
