// SPDX-License-Identifier: BSD-3-Clause
#include "actors/die_quietly.hpp"
#include "actors/join_listener.hpp"
#include "actors/relay/relay_actors.hpp"
#include "actors/relay/relay_nodes.hpp"
#include "actors/relay/relayed_joins.hpp"

#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <deque>

namespace troupe {

namespace {

constexpr std::size_t most_under_way = 4;

struct relay_setup {
  relay_intake_actor sharer;
  std::function<void(const error&)> on_end;
};

struct relay_state {
  relay_state() = default; // never an aggregate

  /// A piece of a batch. The port reads on when all of a batch are gone: it
  /// gives out four, so this is the bound of the queue.
  struct piece {
    std::string records;
    std::shared_ptr<const void> credit;
  };

  relay_setup setup;
  std::deque<piece> queue;
  std::map<std::uint64_t, std::shared_ptr<const void>> under_way;
  std::uint64_t last_number = 0;
  std::chrono::nanoseconds last_heard{0};
  static inline const char* name = "troupe.relay";
};

using relay_pointer = relay_actor::stateful_pointer<relay_state>;

void finish(relay_pointer self, const error& why) {
  const auto tell = std::move(compat::state_of(self).setup.on_end);
  self->quit();
  if (tell)
    tell(why);
}

void send_one(relay_pointer self, std::string records,
              std::shared_ptr<const void> credit) {
  auto& st = compat::state_of(self);
  const auto number = ++st.last_number;
  st.under_way[number] = std::move(credit);
  // At most four that the sharer has not looked at.
  self->send(st.setup.sharer, relay_protocol, number, std::move(records));
}

void pump(relay_pointer self) {
  auto& st = compat::state_of(self);
  while (!st.queue.empty() && st.under_way.size() < most_under_way) {
    auto first = std::move(st.queue.front());
    st.queue.pop_front();
    send_one(self, std::move(first.records), std::move(first.credit));
  }
}

void on_reports(relay_pointer self, const reports_heard& msg) {
  auto& st = compat::state_of(self);
  const auto changes = coalesce(msg.changes);
  for (std::size_t at = 0; at < changes.size(); at += max_relayed_records) {
    const auto count = std::min(max_relayed_records, changes.size() - at);
    st.queue.push_back(
        {write_relayed(std::span{changes}.subspan(at, count)), msg.credit});
  }
  pump(self);
}

relay_actor::behavior_type relay_behavior(relay_pointer self,
                                          relay_setup setup) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.setup = std::move(setup);
  st.last_heard = compat::now(self);
  const auto lost = [self](const auto&, const auto&) {
    finish(self, {errc::network_error, "the sharer is gone"});
  };
  compat::on_down(self, lost);
  compat::watch(self, st.setup.sharer, lost);
  compat::send(self, relay_actor{self}, relay_tick{}); // one at a time
  return {
      [self](const reports_heard& msg) { on_reports(self, msg); },
      [self](std::uint32_t protocol, std::uint64_t number) {
        auto& here = compat::state_of(self);
        if (protocol != relay_protocol)
          return finish(self, {errc::unsupported,
                               "the sharer is of another version"});
        here.last_heard = compat::now(self);
        here.under_way.erase(number);
        pump(self);
      },
      [self](relay_tick) {
        auto& here = compat::state_of(self);
        if (compat::now(self) - here.last_heard > relay_silence)
          return finish(self,
                        {errc::network_error, "the sharer has fallen silent"});
        if (here.under_way.empty())
          send_one(self, {}, nullptr);
        compat::send_later(self, relay_beat, relay_tick{}); // one at a time
      },
  };
}

} // namespace

struct relay::rep {
  relay_config config;
  caf::actor_system system{config};
  relay_actor actor;
  std::shared_ptr<network> net; ///< its thread serves the port
  std::unique_ptr<report_port> ear;

  ~rep() {
    if (ear)
      ear->close();
    ear.reset();
    if (!actor)
      return;
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    caf::scoped_actor waiter{system};
    waiter->wait_for(actor);
    actor = nullptr;
  }
};

relay::relay(std::unique_ptr<rep> r) : rep_{std::move(r)} {}
relay::~relay() = default;

expected<std::unique_ptr<relay>>
relay::open(const relay_options& options, std::shared_ptr<network> net,
            std::function<void(const error&)> on_end) {
  auto made = std::make_unique<rep>();
  auto sharer = made->system.middleman().remote_actor<relay_intake_actor>(
      options.address, options.port);
  if (!sharer)
    return error{errc::network_error,
                 "no sharer that takes relays at " + options.address +
                     " port " + std::to_string(options.port)};
  made->actor = made->system.spawn(
      relay_behavior, relay_setup{*sharer, std::move(on_end)});
  send_options listening;
  listening.interface_index = options.interface_index;
  made->net = std::move(net);
  auto ear = made->net->open_reports(
      listening, [to = made->actor](report_batch&& heard) {
        // Bounded: the port waits for the credit in earlier ones.
        compat::anon_send(to, reports_heard{std::move(heard.changes),
                                            std::move(heard.credit)});
      });
  if (!ear)
    return ear.error();
  made->ear = std::move(*ear);
  return std::unique_ptr<relay>{new relay{std::move(made)}};
}

} // namespace troupe
