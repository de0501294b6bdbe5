// SPDX-License-Identifier: BSD-3-Clause
// A share and its receivers in a simulated world, and the invariants that
// hold at every step, whatever happens to them.
#pragma once

#include "tests/simulation/judge.hpp"
#include "tests/simulation/scenario.hpp"

#include <iosfwd>

namespace troupe::test {

/// How a sync ended.
struct sync_ending {
  bool has_report = false; ///< else its supervisor was killed
  sync_report report;
  time_point at{0}; ///< virtual
};

/// How a scenario ended.
struct verdict {
  std::optional<judge::ruling> broken; ///< the first invariant that did not hold
  std::vector<sync_ending> syncs;
  std::uint64_t steps = 0;        ///< messages handled
  std::chrono::nanoseconds time{0}; ///< virtual
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0;   ///< UDP payload
  std::uint64_t packets_lost = 0;
  std::uint64_t kills = 0;        ///< actors that were killed
  std::uint64_t key_streams = 0;  ///< of sealed transmissions, all different
  std::size_t most_groups = 0;    ///< joined at once by one receiver
};

/// Plays the scenario. Says what happens to `log` if there is one. Always the
/// same for equal scenarios, but for the nonces of sealed shares.
verdict simulate(const scenario& plan, std::ostream* log = nullptr);

} // namespace troupe::test
