// SPDX-License-Identifier: BSD-3-Clause
// A cable between two devices that it makes itself, for what no kernel does
// everywhere: delay, jitter, reordering, duplicates and bursts of losses.
#pragma once

#include "core/errc.hpp"
#include "lab/link_lane.hpp"

#include <functional>
#include <string>

namespace troupe::lab {

/// A TAP device of at most 15 characters in a network namespace.
struct link_end {
  std::string netns; ///< a path, such as /run/netns/h1; "-": this one
  std::string device;
};

struct link_options {
  link_end first;
  link_end second;
  link_faults faults;       ///< of both directions, but the loss ...
  double loss_back_pct = 0; ///< ... of what goes from the second to the first
  std::uint64_t seed = 1;
};

/// Makes both devices, says `ready`, and carries frames between them until
/// SIGINT or SIGTERM; then says what has become of the frames, and the devices
/// are gone. A line "loss PCT" on standard input changes the loss towards the
/// second end. Frames are single ones: the devices have no offloads.
/// Errors: no_permission; unsupported without /dev/net/tun; not_found for a
/// namespace. Blocks. The caller must have one thread only; its network
/// namespace is the same afterwards.
error run_link(const link_options& options,
               const std::function<void(const std::string&)>& say);

} // namespace troupe::lab
