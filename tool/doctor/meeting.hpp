// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tool/doctor/facts.hpp"

#include <chrono>

namespace troupe::doctor {

struct meeting_options {
  std::uint32_t interface_index = 0;
  std::uint32_t mtu_bytes = 1500;
  std::string name; ///< of the group to meet in
  std::chrono::milliseconds patience{10'000};
};

/// What two hosts found out when each talked to the other.
struct meeting {
  bool failed = false; ///< a socket could not be opened; `what` says why
  std::string what;
  ip6_address with{};         ///< the other host; the first, if there are more
  std::uint32_t others = 0;   ///< how many answered
  bool heard_small = false;   ///< its packets of some bytes
  bool heard_full = false;    ///< its packets as large as the link's MTU
  bool was_heard = false;     ///< it says that it hears us
  bool was_heard_full = false;
  std::uint32_t packets_heard = 0;
  std::uint32_t packets_sent_by_other = 0; ///< in the same time
};

/// Sends small and full packets to a group named after options.name, ten of
/// each a second, and listens to the other hosts that do the same, until it is
/// known that packets of both sizes go both ways, or for options.patience.
/// What arrives is not trusted: a liar can only spoil the diagnosis. Blocks.
meeting meet(const meeting_options& options);

/// Findings of a meeting. Pure.
std::vector<finding> judge(const meeting& what, const std::string& name);

} // namespace troupe::doctor
