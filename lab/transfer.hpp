// SPDX-License-Identifier: BSD-3-Clause
// One run of one tool, and its figures.
#pragma once

#include "lab/netns_hosts.hpp"
#include "lab/tools.hpp"

namespace troupe::lab {

/// How a receiver fared. Times are from the moment the clock began to run,
/// which is when the first program that is timed was started.
struct receiver_figures {
  std::string host;
  double loss_pct = 0;     ///< of what arrives at it
  bool is_expected = true; ///< false: the topology stops it midway
  bool is_identical = false;
  int status = 0;     ///< of its program, as a shell has it
  double started_s = 0;
  double ended_s = 0; ///< meaningless without is_identical
  double cpu_s = 0;
  std::uint64_t peak_bytes = 0; ///< most memory that was resident
  std::string last_words;       ///< the last line that it printed
};

/// The state of things at one moment of a run.
struct moment {
  double at_s = 0;
  std::uint32_t groups_most = 0;  ///< that one receiver was in
  std::uint32_t groups_total = 0; ///< of all receivers
  double sharer_cpu_s = 0;        ///< so far
  double receivers_cpu_s = 0;
  std::uint64_t sharer_bytes = 0; ///< of resident memory
  std::uint64_t receivers_bytes = 0;
  std::uint64_t sent_bytes = 0;   ///< on the sharer's cable so far
};

struct run_figures {
  std::string failure;  ///< why it could not be run at all; empty: it was
  double ready_s = 0;   ///< until an early sharer was ready (indexing)
  double wall_s = 0;    ///< until the last receiver that is expected was done
  bool is_in_time = true;
  std::uint64_t sent_bytes = 0; ///< on the sharer's cable, all headers
  std::uint64_t sent_packets = 0;
  double sharer_cpu_s = 0; ///< without what it took to be ready
  std::uint64_t sharer_peak_bytes = 0;
  int sharer_status = 0;
  std::string sharer_last_words;
  std::vector<receiver_figures> receivers;
  std::vector<moment> moments; ///< at most 400, evenly spread
};

/// Runs the programs of one transfer on hosts that are arranged for it; `job`
/// has the deadline. Receivers start and stop as the topology says. When it
/// returns, none of the programs is left. Blocks, 30 s beyond the deadline at
/// most. Within in_private_world().
run_figures transfer(const topology& all, const netns_hosts& hosts, tool by,
                     const job& what);

} // namespace troupe::lab
