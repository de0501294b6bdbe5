// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/network.hpp"
#include "transport/shared_rate.hpp"
#include "transport/share_sockets.hpp"

namespace troupe {

struct asio_network_options {
  std::uint32_t slabs = 32; ///< receive buffers of a port, 1 MiB of address
                            ///< space each, touched only as far as used
  bool own_reports = true;  ///< send MLDv2 reports when the process may
  bool segmentation = true; ///< UDP_SEGMENT and UDP_GRO where the kernel can
  /// Of the first share, which takes them; nullptr: each opens its own.
  std::shared_ptr<share_sockets> sockets = {};
  /// Divided by the senders that are opened with part_of_shared_rate; nullptr:
  /// they have no limit.
  std::shared_ptr<shared_rate> rate = {};
};

/// The real network: IPv6 UDP and raw ICMPv6 sockets on one Boost.Asio thread,
/// which starts with the first port and ends with the network.
/// Throws std::bad_alloc only.
std::shared_ptr<network> make_asio_network(asio_network_options options = {});

} // namespace troupe
