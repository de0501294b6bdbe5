// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/group_address.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace troupe {

/// Packets for one group from one sender out of one receive call, in order of
/// arrival. The
/// bytes live in a slab of a fixed pool: hold a batch briefly, for as long as
/// slabs are out the socket reads less. That is the flow control between the
/// receiving thread and everybody behind it.
struct packet_batch {
  std::shared_ptr<const void> slab;
  std::vector<std::span<const std::byte>> packets; ///< UDP payloads
  ip6_address from{}; ///< the sender, as it says itself
};

/// Called on the network's thread. Must not block: hand the batch on.
using packet_handler = std::function<void(packet_batch&&)>;

} // namespace troupe
