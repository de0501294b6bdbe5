// SPDX-License-Identifier: BSD-3-Clause
#include "actors/embedding/sync_keeper.hpp"

#include "actors/die_quietly.hpp"
#include "actors/embedding/requests_of.hpp"
#include "actors/sync_supervisor.hpp"
#include "actors/tree_supervisor.hpp"

namespace troupe {

namespace {

using keeper_pointer =
    sync_keeper_actor::stateful_pointer<sync_keeper_state>;

sync_result result_of(const sync_report& report) {
  sync_result result;
  result.failure = report.failure;
  result.object_bytes = report.stats.object_bytes;
  result.fetched_bytes = report.stats.bytes_fetched;
  result.wire_bytes = report.stats.bytes_wire;
  result.elapsed = report.stats.elapsed;
  result.unchanged = report.is_unchanged;
  result.is_directory = report.kind == object_kind::directory;
  if (!report.root.is_zero())
    result.root = to_hex(report.root);
  return result;
}

sync_result failed(error why) {
  sync_result result;
  result.failure = std::move(why);
  return result;
}

sync_status status_of(const sync_progress& progress) {
  // The same phases in the same order.
  return {static_cast<sync_status::phase>(progress.now), progress.bytes_total,
          progress.bytes_done};
}

void start(keeper_pointer self, const sync_settings& settings,
           keeper_options options) {
  auto& st = compat::state_of(self);
  auto request = request_of(settings);
  if (!request) {
    st.word->say(failed(request.error()));
    return self->quit();
  }
  const auto me = sync_keeper_actor{self};
  sync_environment env;
  env.net = network_of(settings.link);
  env.client = me;
  if (settings.progress)
    env.observer = me;
  env.detached_writer = options.detached;
  if (request->tree && options.detached) // blocks on directories
    st.supervisor = self->spawn<caf::detached>(
        tree_supervisor, std::move(*request), std::move(env));
  else if (request->tree)
    st.supervisor =
        self->spawn(tree_supervisor, std::move(*request), std::move(env));
  else
    st.supervisor =
        self->spawn(sync_supervisor, std::move(*request), std::move(env));
}

} // namespace

sync_keeper_actor::behavior_type sync_keeper(keeper_pointer self,
                                             const sync_settings& settings,
                                             sync_client client,
                                             keeper_options options) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.client = client;
  st.word = std::make_shared<sync_word>(client);
  when_it_ends(self, [word = st.word](error why) {
    word->say(failed(std::move(why)));
  });
  const auto cancel = [self] {
    // Once or as often as the client asks.
    if (const auto& supervisor = compat::state_of(self).supervisor)
      compat::send(self, supervisor, cancel_sync{});
  };
  const auto gone = [self, cancel](const caf::actor_addr& who,
                                   const caf::error&) {
    auto& state = compat::state_of(self);
    if (who == state.client.address())
      return cancel();
    state.word->say(failed({errc::internal, "a part of the sync died"}));
    self->quit();
  };
  compat::on_down(self, gone);
  compat::watch(self, client, gone);
  start(self, settings, options);
  if (st.supervisor)
    compat::watch(self, st.supervisor, gone);
  return {
      [self](const sync_report& report) {
        compat::state_of(self).word->say(result_of(report));
        self->quit();
      },
      [self](const sync_progress& progress) {
        // Ten a second at most, as they come.
        compat::send(self, compat::state_of(self).client, status_of(progress));
      },
      [cancel](cancel_sync) { cancel(); },
  };
}

} // namespace troupe
