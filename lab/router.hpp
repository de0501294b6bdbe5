// SPDX-License-Identifier: BSD-3-Clause
// A multicast router between links, for hosts of the lab.
#pragma once

#include "core/errc.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace troupe::lab {

struct router_options {
  std::string upstream;                ///< device towards the sharer
  std::vector<std::string> downstream; ///< devices, 1 to 31
  /// Whether joins are passed on upwards, as one member's (RFC 4605). Without,
  /// groups are forwarded to who joins, but nobody upstream hears of it, as
  /// with routers that speak PIM among themselves.
  bool pass_joins = true;
};

/// Forwards multicast packets from the upstream device to those downstream
/// where somebody is in their group, by the kernel's routes; asks for members
/// every 20 s. Says `ready`, and ends at SIGINT or SIGTERM, when the routes are
/// gone. Groups of link scope are never forwarded. At most 4096 groups.
/// Errors: no_permission, no_device, unsupported (a kernel without
/// CONFIG_IPV6_MROUTE), already_exists. Blocks. One thread only.
error run_router(const router_options& options,
                 const std::function<void(const std::string&)>& say);

} // namespace troupe::lab
