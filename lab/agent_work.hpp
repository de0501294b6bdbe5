// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lab/node_protocol.hpp"

#include <atomic>
#include <filesystem>
#include <functional>

namespace troupe::lab {

/// Where an agent works.
struct workplace {
  std::filesystem::path folder; ///< troupe-node-* in it is its own
  std::string interface;        ///< of the files' way; empty: troupe's choice
  bool loopback = false;        ///< other agents are on this host, too
};

/// What a plan waits for and tells. Called on the worker's thread.
struct work_signals {
  std::function<void()> on_ready;    ///< the sharers share
  std::function<bool()> wait_for_go; ///< false: it is off
  /// The receivers are through, or the deadline is over.
  std::function<void(const std::vector<task_result>&)> on_done;
  const std::atomic<bool>* stop = nullptr; ///< sharers are needed no longer
};

/// Carries out an agent's part of a plan with `troupe share` and `troupe sync`
/// in processes of their own, and compares what came with what it makes from
/// the seed. Returns the results of the sharers, which go on until `stop`. At
/// the deadline what still runs is ended. Blocks: 2 minutes until it is ready,
/// as long as it takes until `go`, then until the deadline and 40 s at most.
/// SIGCHLD is blocked in all threads of the process.
std::vector<task_result> do_work(const plan& what, const workplace& where,
                                 const work_signals& signals);

} // namespace troupe::lab
