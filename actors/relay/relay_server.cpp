// SPDX-License-Identifier: BSD-3-Clause
#include "actors/die_quietly.hpp"
#include "actors/relay/relay_actors.hpp"
#include "actors/relay/relay_nodes.hpp"
#include "actors/relay/relayed_joins.hpp"

#include <caf/scoped_actor.hpp>

#include <deque>

namespace troupe {

namespace {

constexpr auto tick_interval = std::chrono::milliseconds{50};
/// Messages of a relay that wait for the share; one with more breaks its word.
constexpr std::size_t most_waiting = 8;

using intake_actor = compat::typed_actor<
    caf::result<void>(std::uint32_t, std::uint64_t, std::string),
    caf::result<void>(relay_tick)>;

struct relay_entry {
  relay_ack_actor handle;
  relayed_joins joins;
  std::chrono::nanoseconds last_heard{0};
  struct message {
    std::uint64_t number;
    std::vector<group_change> changes;
  };
  std::deque<message> waiting;
};

struct intake_setup {
  relay_server_options options;
  std::shared_ptr<relay_inbox> inbox;
  relay_line say;
};

struct intake_state {
  intake_state() = default; // never an aggregate

  intake_setup setup;
  std::map<caf::actor_addr, relay_entry> relays;
  /// Of relays that are gone, at most max_relays of them.
  std::deque<std::vector<group_change>> leaves;
  static inline const char* name = "troupe.relay-intake";
};

using intake_pointer = intake_actor::stateful_pointer<intake_state>;

void put_leaves(intake_state& st) {
  while (!st.leaves.empty() && st.setup.inbox->put(st.leaves.front()))
    st.leaves.pop_front();
}

void lose(intake_state& st, const caf::actor_addr& who, const char* why) {
  const auto found = st.relays.find(who);
  if (found == st.relays.end())
    return;
  auto left = found->second.joins.forget();
  st.setup.say("a relay " + std::string{why} + "; " +
               std::to_string(left.size()) + " requests of its link end");
  st.relays.erase(found);
  if (!left.empty())
    st.leaves.push_back(std::move(left));
  put_leaves(st);
}

void take_waiting(intake_pointer self, relay_entry& one) {
  const auto& st = compat::state_of(self);
  while (!one.waiting.empty() && st.leaves.empty()) {
    auto& first = one.waiting.front();
    if (!first.changes.empty() && !st.setup.inbox->put(first.changes))
      return;
    // One for each message of the relay, which has four under way.
    self->send(one.handle, relay_protocol, first.number);
    one.waiting.pop_front();
  }
}

void on_message(intake_pointer self, std::uint32_t protocol,
                std::uint64_t number, const std::string& text) {
  auto& st = compat::state_of(self);
  const auto& sender = self->current_sender();
  if (!sender)
    return;
  const auto handle = caf::actor_cast<relay_ack_actor>(sender);
  // One for each that came; by our number it sees that it is of another make.
  if (protocol != relay_protocol)
    return self->send(handle, relay_protocol, number);
  const auto who = handle.address();
  auto found = st.relays.find(who);
  if (found == st.relays.end()) {
    if (st.relays.size() + st.leaves.size() >= max_relays)
      return;
    found = st.relays.try_emplace(who).first;
    found->second.handle = handle;
    compat::watch(self, handle, [](const auto&, const auto&) {});
    st.setup.say("a relay has come");
  }
  auto& one = found->second;
  one.last_heard = compat::now(self);
  auto changes = read_relayed(text, st.setup.options.interface_index);
  if (!changes || one.waiting.size() >= most_waiting)
    return lose(st, who, "says what none says");
  one.joins.take(*changes);
  one.waiting.push_back({number, std::move(*changes)});
  take_waiting(self, one);
}

void on_tick(intake_pointer self) {
  auto& st = compat::state_of(self);
  const auto now = compat::now(self);
  put_leaves(st);
  std::vector<caf::actor_addr> silent;
  for (auto& [who, one] : st.relays) {
    take_waiting(self, one);
    if (now - one.last_heard > relay_silence)
      silent.push_back(who);
  }
  for (const auto& who : silent)
    lose(st, who, "has fallen silent");
  compat::send_later(self, tick_interval, relay_tick{}); // one at a time
}

intake_actor::behavior_type intake(intake_pointer self, intake_setup setup) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.setup = std::move(setup);
  compat::on_down(self, [&st](const auto& who, const auto&) {
    lose(st, who, "is gone");
  });
  compat::send(self, intake_actor{self}, relay_tick{}); // one at a time
  return {
      [self](std::uint32_t protocol, std::uint64_t number,
             const std::string& text) {
        on_message(self, protocol, number, text);
      },
      [self](relay_tick) { on_tick(self); },
  };
}

} // namespace

struct relay_server::rep {
  relay_config config;
  caf::actor_system system{config};
  intake_actor actor;
  std::uint16_t port = 0;

  ~rep() {
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    caf::scoped_actor waiter{system};
    waiter->wait_for(actor);
    actor = nullptr;
  }
};

relay_server::relay_server(std::unique_ptr<rep> r) : rep_{std::move(r)} {}
relay_server::~relay_server() = default;
std::uint16_t relay_server::port() const noexcept { return rep_->port; }

expected<std::unique_ptr<relay_server>>
relay_server::open(const relay_server_options& options,
                   std::shared_ptr<relay_inbox> inbox, relay_line say) {
  auto made = std::make_unique<rep>();
  made->actor = made->system.spawn(
      intake, intake_setup{options, std::move(inbox), std::move(say)});
  const auto port = made->system.middleman().publish(
      made->actor, options.port, options.address.c_str());
  if (!port)
    return error{errc::network_error, "cannot listen for relays at " +
                                          options.address + " port " +
                                          std::to_string(options.port)};
  made->port = *port;
  return std::unique_ptr<relay_server>{new relay_server{std::move(made)}};
}

} // namespace troupe
