// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/embedding/replica_keeper.hpp"
#include "actors/embedding/share_keeper.hpp"
#include "actors/embedding/sync_keeper.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/recorders.hpp"

#include <string_view>

namespace troupe::test {

/// What an embedder's actors were told.
struct embedder_log {
  std::vector<sync_status> progress;
  std::vector<sync_result> results;
  std::vector<share_status> shares;
  std::vector<snapshot_ptr> snapshots;
  std::vector<replica_status> replicas;

  std::size_t count(share_status::event what) const {
    return static_cast<std::size_t>(
        std::count_if(shares.begin(), shares.end(),
                      [&](const auto& one) { return one.what == what; }));
  }
};

inline sync_client::behavior_type
sync_embedder(sync_client::pointer, std::shared_ptr<embedder_log> log) {
  return {[log](const sync_status& x) { log->progress.push_back(x); },
          [log](const sync_result& x) { log->results.push_back(x); }};
}
inline share_client::behavior_type
share_embedder(share_client::pointer, std::shared_ptr<embedder_log> log) {
  return {[log](const share_status& x) { log->shares.push_back(x); }};
}
inline replica_client::behavior_type
replica_embedder(replica_client::pointer, std::shared_ptr<embedder_log> log) {
  return {[log](const snapshot_update& x) { log->snapshots.push_back(x.now); },
          [log](const replica_status& x) { log->replicas.push_back(x); }};
}

/// Keepers in simulated time, and their embedder, all of one host: everything
/// on the test scheduler.
class embedded_world : public actor_fixture {
public:
  explicit embedded_world(sim_net_options options = {})
      : actor_fixture(options), baseline(system.registry().running()) {}

  /// Ends the embedder, and so all that he has asked for.
  ~embedded_world() {
    end_owners();
    advance(std::chrono::milliseconds{100});
  }

  void end_owners() {
    for (const auto& owner : {caf::actor_cast<caf::actor>(sync_owner),
                              caf::actor_cast<caf::actor>(share_owner),
                              caf::actor_cast<caf::actor>(replica_owner)})
      if (owner)
        caf::anon_send_exit(owner, caf::exit_reason::user_shutdown);
    sync_owner = sync_client{};
    share_owner = share_client{};
    replica_owner = replica_client{};
  }

  share_keeper_actor share(share_settings settings) {
    settings.link.through = net;
    share_owner = system.spawn(share_embedder, log);
    return system.spawn(share_keeper, std::move(settings), share_owner, here);
  }
  sync_keeper_actor sync(sync_settings settings) {
    settings.link.through = net;
    sync_owner = system.spawn(sync_embedder, log);
    return system.spawn(sync_keeper, std::move(settings), sync_owner, here);
  }
  replica_keeper_actor replica(replica_settings settings) {
    settings.link.through = net;
    replica_owner = system.spawn(replica_embedder, log);
    return system.spawn(replica_keeper, std::move(settings), replica_owner,
                        here);
  }

  /// The same as advance_until, but kills the first actor called `victim` once
  /// it has `after` messages behind it. True if it was killed.
  template <class Predicate>
  bool run_and_kill(std::string_view victim, std::size_t after,
                    std::chrono::nanoseconds limit, Predicate done) {
    std::size_t seen = 0;
    bool is_dead = false;
    const auto end = net->now() + limit;
    const auto step = std::chrono::microseconds{500};
    while (!done() && net->now() < end) {
      net->advance_to(net->now() + step);
      sched.advance_time(step);
      while (sched.has_job()) {
        auto* next = dynamic_cast<caf::scheduled_actor*>(sched.jobs.front());
        if (!is_dead && next != nullptr && next->name() == victim &&
            seen++ == after) {
          is_dead = true;
          kill_now(*next);
        }
        sched.run_once();
      }
    }
    return is_dead;
  }

  /// Actors besides the embedder's that are alive.
  std::size_t alive() {
    settle();
    std::size_t owners = 0;
    for (const bool there :
         {bool{share_owner}, bool{sync_owner}, bool{replica_owner}})
      owners += there ? 1 : 0;
    return system.registry().running() - baseline - owners;
  }

  std::shared_ptr<embedder_log> log = std::make_shared<embedder_log>();
  share_client share_owner;
  sync_client sync_owner;
  replica_client replica_owner;
  keeper_options here{false};
  std::size_t baseline;
};

/// One content called `name`.
inline share_settings sharing(const std::string& name,
                              std::vector<std::byte> bytes) {
  share_settings settings;
  settings.contents.push_back({name, make_content(std::move(bytes))});
  return settings;
}

inline sync_settings syncing(const std::string& name, sync_target to) {
  sync_settings settings;
  settings.name = name;
  settings.to = std::move(to);
  settings.timeout = std::chrono::seconds{5};
  settings.progress = true;
  return settings;
}

} // namespace troupe::test
