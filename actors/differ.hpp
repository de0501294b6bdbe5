// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/interfaces.hpp"

namespace troupe {

/// @relates differ
struct differ_state {
  differ_state() = default; // never an aggregate

  sync_supervisor_actor parent;

  static inline const char* name = "troupe.differ";
};

/// Compares trees off the supervisor's way, since a terabyte's trees take
/// their time.
///
/// Sends: trees_compared to `parent`, one per diff_trees.
differ_actor::behavior_type
differ(differ_actor::stateful_pointer<differ_state> self,
       sync_supervisor_actor parent);

} // namespace troupe
