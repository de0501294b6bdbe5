// SPDX-License-Identifier: BSD-3-Clause
#include "actors/embedding/replica_keeper.hpp"
#include "actors/embedding/share_keeper.hpp"
#include "actors/embedding/sync_keeper.hpp"
#include "actors/register_messages.hpp"
#include "transport/asio_network.hpp"
#include "troupe/actors.hpp"

namespace troupe {

std::shared_ptr<network> make_network() { return make_asio_network(); }

void register_types([[maybe_unused]] caf::actor_system_config& config) {
  register_messages();
}

share_actor spawn_share(caf::actor_system& system, share_settings settings,
                        share_client client) {
  return system.spawn(share_keeper, std::move(settings), std::move(client),
                      keeper_options{});
}

sync_actor spawn_sync(caf::actor_system& system, sync_settings settings,
                      sync_client client) {
  return system.spawn(sync_keeper, std::move(settings), std::move(client),
                      keeper_options{});
}

replica_actor spawn_replica(caf::actor_system& system,
                            replica_settings settings, replica_client client) {
  return system.spawn(replica_keeper, std::move(settings), std::move(client),
                      keeper_options{});
}

} // namespace troupe
