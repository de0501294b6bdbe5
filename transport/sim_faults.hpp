// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/pacer.hpp"
#include "transport/sim_random.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace troupe {

/// Loss in bursts, after Gilbert (1960) and Elliott (1963): the way to a host
/// is good or bad, and each packet may turn it from one to the other.
struct sim_bursts {
  double chance = 0;               ///< per packet, that a burst begins with it
  std::uint32_t least_packets = 1; ///< no burst is shorter
  double mean_packets = 48;        ///< of a burst, >= least_packets
  double loss = 1;                 ///< chance of loss within a burst
  /// Ends a burst, so that it does not outlast the cause of it when packets
  /// are few.
  std::chrono::nanoseconds longest = std::chrono::milliseconds{20};
};

/// What happens to packets on the way to one receiver, and to its reports.
/// Chances are per packet (or report), 0..1.
struct sim_path {
  double loss = 0; ///< besides that of bursts
  sim_bursts bursts{};
  double corruption = 0;  ///< one byte changed
  double duplication = 0; ///< delivered twice
  double reordering = 0;  ///< delayed by up to sim_net_options::reorder_delay
  double report_loss = 0; ///< of membership reports
  std::chrono::nanoseconds delay{0};  ///< besides sim_net_options::delay
  std::chrono::nanoseconds jitter{0}; ///< up to so much more for each batch
  /// The host runs by turns, at multiples of it and not all hosts at once, and
  /// takes then what came since; 0: whenever something comes.
  std::chrono::nanoseconds turn{0};
  /// What the host takes from its socket; 0: as fast as it comes. What does
  /// not fit into its buffer is dropped and counted as a kernel counts it.
  std::uint64_t packets_per_s = 0;
  std::uint32_t buffer_packets = 2048;
};

/// Nothing crosses while `from` <= now < `until`, neither packets nor reports.
struct sim_cut {
  time_point from{0};
  time_point until{0};
  std::optional<std::size_t> receiver; ///< by sim_path's number; or all
};

/// Internal to transport: the state of a way with bursts. One thread.
class burst_state {
public:
  /// Whether the next packet is lost. Draws nothing without bursts.
  bool loses_next(const sim_bursts& how, sim_random& random,
                  time_point now) noexcept;

private:
  bool is_bad_ = false;
  std::uint32_t packets_ = 0; ///< of the burst so far
  time_point began_{0};
};

} // namespace troupe
