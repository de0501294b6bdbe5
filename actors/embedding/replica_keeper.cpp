// SPDX-License-Identifier: BSD-3-Clause
#include "actors/embedding/replica_keeper.hpp"

#include "actors/die_quietly.hpp"
#include "actors/embedding/requests_of.hpp"
#include "actors/sync_supervisor.hpp"

#include <algorithm>

namespace troupe {

using namespace std::chrono_literals;

namespace {

/// Versions that come faster than they can be fetched are no reason to do
/// nothing else.
constexpr auto least_wait = 10ms;

} // namespace

void replica_keeper_state::begin_sync() {
  if (supervisor || is_ending)
    return;
  is_wanted_again = false;
  sink = std::make_shared<snapshot_sink>(request.limit_bytes, now);
  auto one = request;
  one.destination = sink;
  one.old_tree = tree;
  sync_environment env;
  env.net = net;
  env.client = replica_keeper_actor{self};
  env.detached_writer = options.detached;
  supervisor = self->spawn(sync_supervisor, std::move(one), std::move(env));
  compat::watch(self, supervisor,
                [this](const auto& who, const auto&) { on_down(who); });
}

void replica_keeper_state::wait_for(std::chrono::nanoseconds time) {
  // Bounded: one for each sync that has ended.
  compat::send_later(self, std::max<std::chrono::nanoseconds>(time, least_wait),
                     poll_replica{++waits});
}

void replica_keeper_state::on_report(const sync_report& report) {
  supervisor = sync_supervisor_actor{};
  if (is_ending)
    return end({});
  if (report.ok()) {
    if (std::exchange(is_lost, false))
      compat::send(self, client, // once for each time it was lost
                   replica_status{replica_status::event::found, {}});
    take(report);
  } else if (!report.is_superseded && !std::exchange(is_lost, true)) {
    // Once, until it is found again.
    compat::send(self, client, replica_status{replica_status::event::lost,
                                              report.failure});
  }
  sink.reset();
  wait_for(report.is_superseded || is_wanted_again ? least_wait : every);
}

void replica_keeper_state::take(const sync_report& report) {
  auto bytes = sink->take();
  if (!bytes)
    return;
  auto next = std::make_shared<snapshot>();
  next->version = (now ? now->version : 0) + 1;
  next->root = to_hex(report.root);
  next->data = bytes->view().data();
  next->size = bytes->view().size();
  next->owner = std::move(bytes);
  now = std::move(next);
  tree = report.content_tree && report.type
             ? std::make_shared<const known_tree>(
                   known_tree{*report.type, *report.content_tree})
             : nullptr;
  // One for each version that was fetched.
  compat::send(self, client, snapshot_update{now});
}

void replica_keeper_state::on_down(const caf::actor_addr& who) {
  if (who == client.address())
    return stop();
  if (supervisor && who == supervisor.address())
    end({errc::internal, "a part of the replica died"});
}

void replica_keeper_state::stop() {
  is_ending = true;
  if (!supervisor)
    return end({});
  compat::send(self, supervisor, cancel_sync{}); // as often as the client asks
}

void replica_keeper_state::end(error failure) {
  is_ending = true;
  supervisor = sync_supervisor_actor{};
  word->say({replica_status::event::ended, std::move(failure)});
  self->quit();
}

replica_keeper_actor::behavior_type replica_keeper(
    replica_keeper_actor::stateful_pointer<replica_keeper_state> self,
    const replica_settings& settings, replica_client client,
    keeper_options options) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.self = self;
  st.client = client;
  st.every = settings.every;
  st.options = options;
  st.word = std::make_shared<replica_word>(client);
  when_it_ends(self, [word = st.word](error why) {
    word->say({replica_status::event::ended, std::move(why)});
  });
  const auto gone = [&st](const auto& who, const auto&) { st.on_down(who); };
  compat::on_down(self, gone);
  compat::watch(self, client, gone);
  if (auto request = request_of(settings)) {
    st.request = std::move(*request);
    st.net = network_of(settings.link);
    st.begin_sync();
  } else {
    st.end(request.error());
  }
  return {
      [&st](stop_replica) { st.stop(); },
      [&st](refresh_replica) {
        st.is_wanted_again = true;
        st.begin_sync();
      },
      [&st](poll_replica msg) {
        if (msg.number == st.waits)
          st.begin_sync();
      },
      [&st](const sync_report& report) { st.on_report(report); },
  };
}

} // namespace troupe
