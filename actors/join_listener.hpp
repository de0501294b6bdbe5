// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/interfaces.hpp"

namespace troupe {

/// @relates join_listener
struct join_listener_state {
  join_listener_state() = default; // never an aggregate

  share_supervisor_actor parent;

  static inline const char* name = "troupe.join-listener";
};

/// Coalesces what one read of the MLD socket gave: of each host's records of a
/// group only the last state counts, and a leave before it is kept, because
/// leave and join together ask for another transmission.
///
/// Sends: at most one groups_changed to `parent` per reports_heard.
join_listener_actor::behavior_type
join_listener(join_listener_actor::stateful_pointer<join_listener_state> self,
              share_supervisor_actor parent);

/// The pure part: removes records that repeat the one before them of the same
/// host, group and interface. Keeps the order.
std::vector<group_change> coalesce(std::vector<group_change> changes);

} // namespace troupe
