// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"
#include "transport/group_address.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

// Internal to transport and to the tool's doctor. Every function asks the network namespace of the
// calling thread, blocks for some system calls only, and may be called from
// any thread.

/// A network interface as multicast sees it.
struct network_interface {
  std::uint32_t index = 0;
  std::string name;
  bool up = false;        ///< IFF_UP and IFF_RUNNING
  bool multicast = false; ///< IFF_MULTICAST
  bool loopback = false;
  std::vector<ip6_address> addresses;

  bool has_link_local() const noexcept;
  /// Up, multicast-capable, not `lo`, and with a source address for packets.
  bool is_usable() const noexcept;
};

/// All interfaces, by index.
std::vector<network_interface> list_interfaces();

/// The interface that the routing table sends multicast of global scope to,
/// 0 if there is none (rtnetlink(7), RTM_GETROUTE). `via` narrows the
/// question to one interface; 0 asks for the system's choice.
std::uint32_t multicast_route(std::uint32_t via = 0);

/// The one interface a receiver joins on. `wanted` 0 takes the system's
/// choice, or else the first usable interface.
/// Errors: no_device, with the names that there are; network_error for one that
/// is up but has no route for multicast, with the command that adds it.
expected<std::uint32_t> receiving_interface(std::uint32_t wanted);

/// The interfaces a sharer listens and sends on. `wanted` 0 takes all usable
/// ones, or `lo` when that is all there is and multicast is routed to it.
/// Errors: as receiving_interface(), if it leaves none.
expected<std::vector<std::uint32_t>> sharing_interfaces(std::uint32_t wanted);

/// fe80::/10.
bool is_link_local(const ip6_address& address) noexcept;

} // namespace troupe
