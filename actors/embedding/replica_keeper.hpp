// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/embedding/keeper_messages.hpp"
#include "actors/embedding/last_word.hpp"
#include "actors/embedding/snapshot_sink.hpp"
#include "actors/interfaces.hpp"
#include "troupe/settings.hpp"

namespace troupe {

/// A replica: what the embedder has a handle of.
using replica_keeper_actor =
    compat::typed_actor<caf::result<void>(stop_replica),
                        caf::result<void>(refresh_replica),
                        caf::result<void>(poll_replica),
                        caf::result<void>(sync_report)>;

using replica_word = last_word<replica_client, replica_status>;

/// @relates replica_keeper
struct replica_keeper_state {
  replica_keeper_state() = default; // never an aggregate

  replica_keeper_actor::stateful_pointer<replica_keeper_state> self = nullptr;
  replica_client client;
  std::shared_ptr<replica_word> word;
  sync_request request; ///< of each sync, but for its destination
  std::shared_ptr<network> net;
  std::chrono::nanoseconds every{0};
  keeper_options options;

  snapshot_ptr now; ///< the last version; nullptr: none yet
  std::shared_ptr<const known_tree> tree; ///< of it
  std::shared_ptr<snapshot_sink> sink;    ///< of the sync that is under way
  sync_supervisor_actor supervisor;       ///< the same
  std::uint64_t waits = 0;
  bool is_lost = false;
  bool is_wanted_again = false; ///< as soon as this sync has ended
  bool is_ending = false;

  static inline const char* name = "troupe.replica-keeper";

  void begin_sync();
  void wait_for(std::chrono::nanoseconds time);
  void on_report(const sync_report& report);
  void take(const sync_report& report);
  void on_down(const caf::actor_addr& who);
  void stop();
  void end(error failure);
};

/// Syncs one object again and again, each time from the last version of it in
/// memory to a new piece of memory. To ask costs a manifest, however large the
/// object is; what has changed is fetched.
///
/// Sends:  snapshot_update for each new version, replica_status when the sharer
///         is lost and found, exactly one with event::ended; then quits.
/// Fails:  when a sync dies: internal. When the client ends, it ends.
/// Blocks: shortly, at the start: key files are read.
replica_keeper_actor::behavior_type replica_keeper(
    replica_keeper_actor::stateful_pointer<replica_keeper_state> self,
    const replica_settings& settings, replica_client client,
    keeper_options options = {});

} // namespace troupe
