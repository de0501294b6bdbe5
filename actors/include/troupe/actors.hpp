// SPDX-License-Identifier: BSD-3-Clause
// Multicast synchronisation for programs that are made of CAF actors
// (docs/embedding.md). C++17. Nothing here keeps static state: any number of
// actor systems may use it in one process.
//
// A client is a strong handle, typed or not; a scoped_actor will do. It is
// monitored: when it ends, what it asked for ends, too. It gets exactly one
// last message (sync_result, or a status with event::ended) for each spawn,
// also if any of our actors is killed. Nobody is linked to it.
#pragma once

#include "troupe/messages.hpp"
#include "troupe/settings.hpp"

#include <caf/scoped_actor.hpp>

#include <utility>

namespace troupe {

/// Makes the messages known to CAF: before the actor system is made. CAF 0.17
/// needs nothing for local messages, so `config` stays as it is; in CAF 1.x
/// they are global, and it may be called more than once.
TROUPE_PUBLIC void register_types(caf::actor_system_config& config);

/// Shares files and content in memory until it is told to stop. Returns at
/// once; hashing happens on a thread of its own. Needs CAP_NET_RAW.
TROUPE_PUBLIC share_actor spawn_share(caf::actor_system& system,
                                      share_settings settings,
                                      share_client client);

/// Makes the target equal to what is shared as `settings.name`. Returns at once.
TROUPE_PUBLIC sync_actor spawn_sync(caf::actor_system& system,
                                    sync_settings settings,
                                    sync_client client);

/// Keeps a copy in memory of what is shared as `settings.name`, and sends the
/// client a snapshot of each version of it that it sees. Versions that are
/// replaced faster than they are fetched are left out. Returns at once.
TROUPE_PUBLIC replica_actor spawn_replica(caf::actor_system& system,
                                          replica_settings settings,
                                          replica_client client);

// The same for clients without a type: dynamic actors, and scoped_actor.
// What they do not handle is their affair.

inline share_actor spawn_share(caf::actor_system& system,
                               share_settings settings,
                               const caf::actor& client) {
  return spawn_share(system, std::move(settings),
                     caf::actor_cast<share_client>(client));
}
inline share_actor spawn_share(caf::actor_system& system,
                               share_settings settings,
                               const caf::scoped_actor& client) {
  return spawn_share(system, std::move(settings),
                     caf::actor_cast<caf::actor>(client));
}
inline sync_actor spawn_sync(caf::actor_system& system, sync_settings settings,
                             const caf::actor& client) {
  return spawn_sync(system, std::move(settings),
                    caf::actor_cast<sync_client>(client));
}
inline sync_actor spawn_sync(caf::actor_system& system, sync_settings settings,
                             const caf::scoped_actor& client) {
  return spawn_sync(system, std::move(settings),
                    caf::actor_cast<caf::actor>(client));
}
inline replica_actor spawn_replica(caf::actor_system& system,
                                   replica_settings settings,
                                   const caf::actor& client) {
  return spawn_replica(system, std::move(settings),
                       caf::actor_cast<replica_client>(client));
}
inline replica_actor spawn_replica(caf::actor_system& system,
                                   replica_settings settings,
                                   const caf::scoped_actor& client) {
  return spawn_replica(system, std::move(settings),
                       caf::actor_cast<caf::actor>(client));
}

} // namespace troupe
