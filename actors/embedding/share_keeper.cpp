// SPDX-License-Identifier: BSD-3-Clause
#include "actors/embedding/share_keeper.hpp"

#include "actors/die_quietly.hpp"
#include "actors/embedding/requests_of.hpp"
#include "actors/share_supervisor.hpp"
#include "core/range_index.hpp"

#include <algorithm>

namespace troupe {

void share_keeper_state::watch(const caf::actor& child) {
  alive.push_back(child.address());
  compat::watch(self, child,
                [this](const auto& who, const auto&) { on_down(who); });
}

void share_keeper_state::start(const share_settings& settings,
                               keeper_options options) {
  auto made = request_of(settings);
  if (!made)
    return end(made.error());
  request = std::move(*made);
  net = network_of(settings.link);
  library_settings how;
  how.paths = settings.paths;
  how.contents = settings.contents;
  how.watch = settings.watch;
  how.range_symbol_bytes =
      request.key ? sealed_range_symbol_bytes : default_range_symbol_bytes;
  how.counters = request.counters;
  how.signing = request.signing;
  how.stop = stopping.get_token();
  const auto me = share_keeper_actor{self};
  books = options.detached
              ? self->spawn<caf::detached>(librarian, me, std::move(how))
              : self->spawn(librarian, me, std::move(how));
  watch(caf::actor_cast<caf::actor>(books));
  compat::send(self, books, open_library{}); // once
}

void share_keeper_state::on_opened(const library_opened& msg) {
  if (is_ending)
    return;
  if (!msg.index)
    return end(msg.failure);
  request.index = msg.index;
  share_environment env;
  env.net = net;
  env.client = share_keeper_actor{self};
  supervisor = self->spawn(share_supervisor, request, std::move(env));
  watch(caf::actor_cast<caf::actor>(supervisor));
}

void share_keeper_state::on_report(const share_report& report) {
  if (report.what == share_report::event::listening)
    return tell({share_status::event::listening, {}, {}});
  std::erase(alive, supervisor.address()); // it ends now
  end(report.failure);
}

void share_keeper_state::on_down(const caf::actor_addr& who) {
  if (who == client.address())
    return end({});
  if (std::erase(alive, who) != 0)
    end({errc::internal, "a part of the share died"});
}

void share_keeper_state::end(error why) {
  if (!is_ending) {
    is_ending = true;
    failure = std::move(why);
    stopping.request_stop();
    for (const auto& child : alive)
      compat::end_child(self, child); // once for each
  }
  say_if_alone();
}

void share_keeper_state::say_if_alone() {
  if (!alive.empty())
    return;
  word->say({share_status::event::ended, failure, {}});
  self->quit();
}

void share_keeper_state::tell(share_status status) {
  // One for each thing that happens.
  compat::send(self, client, std::move(status));
}

share_keeper_actor::behavior_type
share_keeper(share_keeper_actor::stateful_pointer<share_keeper_state> self,
             const share_settings& settings, share_client client,
             keeper_options options) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.self = self;
  st.client = client;
  st.word = std::make_shared<share_word>(client);
  when_it_ends(self, [word = st.word](error why) {
    word->say({share_status::event::ended, std::move(why), {}});
  });
  const auto gone = [&st](const auto& who, const auto&) { st.on_down(who); };
  compat::on_down(self, gone);
  compat::watch(self, client, gone);
  st.start(settings, options);
  return {
      [&st](stop_share) { st.end({}); },
      [&st](const put_content& msg) {
        if (!st.is_ending) // as they come; the librarian takes one at a time
          compat::send(st.self, st.books, msg);
      },
      [&st](const library_opened& msg) { st.on_opened(msg); },
      [&st](const library_changed& msg) {
        if (st.is_ending)
          return;
        const auto what = msg.failure.code == errc::none
                              ? share_status::event::renewed
                              : share_status::event::refused;
        st.tell({what, msg.failure, msg.name});
      },
      [&st](const share_report& report) { st.on_report(report); },
  };
}

} // namespace troupe
