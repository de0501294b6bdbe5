// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/embedding/last_word.hpp"
#include "actors/interfaces.hpp"
#include "troupe/settings.hpp"

namespace troupe {

/// What a sync is to its keeper, whatever kind of supervisor it has.
using any_sync_actor = compat::typed_actor<caf::result<void>(cancel_sync)>;

/// An embedder's sync: what he has a handle of.
using sync_keeper_actor =
    compat::typed_actor<caf::result<void>(sync_report),
                        caf::result<void>(sync_progress),
                        caf::result<void>(cancel_sync)>;

using sync_word = last_word<sync_client, sync_result>;

/// @relates sync_keeper
struct sync_keeper_state {
  sync_keeper_state() = default; // never an aggregate

  sync_client client;
  std::shared_ptr<sync_word> word;
  any_sync_actor supervisor;

  static inline const char* name = "troupe.sync-keeper";
};

/// Stands between an embedder and a sync: translates, and sees to it that there
/// is one result whoever dies.
///
/// Sends:  sync_status as they come, then exactly one sync_result; then quits.
/// Fails:  when the supervisor dies: internal. When the client ends, the sync is
///         cancelled.
/// Blocks: shortly, at the start: key files are read.
sync_keeper_actor::behavior_type
sync_keeper(sync_keeper_actor::stateful_pointer<sync_keeper_state> self,
            const sync_settings& settings, sync_client client,
            keeper_options options = {});

} // namespace troupe
