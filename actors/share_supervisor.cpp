// SPDX-License-Identifier: BSD-3-Clause
#include "actors/share_supervisor.hpp"

#include "actors/channel_sender.hpp"
#include "actors/die_quietly.hpp"
#include "actors/join_listener.hpp"
#include "core/manifest.hpp"
#include "transport/range_packet.hpp"

#include <algorithm>

namespace troupe {

using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t max_restarts = 16;
constexpr auto housekeeping = 1s;
/// What is smaller is sent twice sooner than waited for.
constexpr std::uint64_t least_held_bytes = 4u << 20;
/// How often it is looked whether what waits for more receivers may go.
constexpr auto hold_step = 2ms;

/// What is small and keeps a receiver waiting goes first. A range that
/// somebody joins while it is being sent is not sent again for that: what was
/// missed is asked for by repair channels.
send_class class_of(const shared_channel& channel, const group_address& group,
                    std::uint32_t symbol_bytes, const range_seal* seal) {
  switch (channel.what) {
  case shared_channel::content::data:
    return {.repeat_for_latecomers = false,
            .bulk = true,
            .bytes = block_bytes_of(channel.object.entry)};
  case shared_channel::content::repair: {
    const auto k =
        range_symbols(block_bytes_of(channel.object.entry), symbol_bytes);
    return {.urgent = true,
            .counted = true,
            .bytes = std::uint64_t{symbol_bytes} *
                     repair_symbols(k, channel.index).count,
            .follows = data_group_of(group, seal)};
  }
  default:
    return {.urgent =
                std::holds_alternative<indexed_object>(channel.object.entry),
            .repeat_for_latecomers = true};
  }
}

bool carries_manifest(const shared_channel& channel) {
  const auto* whole = std::get_if<indexed_object>(&channel.object.entry);
  return whole != nullptr && is_manifest(whole->bytes.view());
}

} // namespace

void share_supervisor_state::start() {
  compat::watch(self, env.client, [this](const auto& who, const auto&) {
    on_child_down(who);
  });
  if (!request.counters)
    request.counters = std::make_shared<share_counters>();
  if (request.key) {
    auto made = range_seal::from(*request.key);
    if (!made)
      return end(made.error());
    seal = std::move(*made);
  }
  auto opened = env.net->open_sender(request.send);
  if (!opened)
    return end(opened.error());
  out = std::move(*opened);
  for (std::uint32_t i = 0; i < std::max(env.senders, 1u); ++i)
    spawn_sender();
  spawn_listener();
  // The ear opens last: its General Query brings the first requests.
  auto reports = env.net->open_reports(
      request.send,
      [to = listener](report_batch&& heard) {
        // Bounded: the port waits for the credit in earlier ones.
        compat::anon_send(to, reports_heard{std::move(heard.changes),
                                            std::move(heard.credit)});
      });
  if (!reports)
    return end(reports.error());
  ear = std::move(*reports);
  compat::send(self, env.client, share_report{});
  compat::send_later(self, housekeeping, share_tick{});
}

void share_supervisor_state::watch(const caf::actor& child) {
  alive.push_back(child.address());
  compat::watch(self, child, [this](const auto& who, const auto&) {
    on_child_down(who);
  });
}

void share_supervisor_state::spawn_listener() {
  listener = self->spawn(join_listener, share_supervisor_actor{self});
  watch(caf::actor_cast<caf::actor>(listener));
}

void share_supervisor_state::spawn_sender() {
  auto handle =
      self->spawn(channel_sender, share_supervisor_actor{self}, out,
                  object_packets{request.index->type(), request.overhead_packets,
                                 request.key, request.signing, seal},
                  range_packets{request.index->range_symbol_bytes(), seal,
                                repairs});
  watch(caf::actor_cast<caf::actor>(handle));
  senders.push_back({std::move(handle), {}});
}

void share_supervisor_state::on_changes(const groups_changed& msg) {
  if (closing)
    return;
  const auto at = compat::now(self);
  for (const auto& change : msg.changes) {
    if (change.change == membership::done) {
      queue.done(change);
      continue;
    }
    // Unknown groups leave no trace, whoever makes them up.
    const auto channel = look_up(change.group);
    if (!channel) {
      ++request.counters->requests_unknown;
      continue;
    }
    note(*channel, change.reporter, at);
    if (carries_manifest(*channel))
      news.asked(change.group, change.interface_index,
                 std::get<indexed_object>(channel->object.entry).bytes, at);
    if (queue.wanted(change, at,
                     class_of(*channel, change.group,
                              request.index->range_symbol_bytes(),
                              seal ? &*seal : nullptr)))
      ++request.counters->requests_heard;
  }
  dispatch();
}

std::optional<shared_channel>
share_supervisor_state::look_up(const group_address& group) const {
  return seal ? find_sealed_channel(*request.index, *seal, group)
              : find_channel(*request.index, group);
}

void share_supervisor_state::note(const shared_channel& channel,
                                  const ip6_address& who, time_point at) {
  if (carries_manifest(channel))
    return followers.arrived(who, at);
  if (channel.what != shared_channel::content::data)
    return;
  if (const auto* range = std::get_if<indexed_range>(&channel.object.entry))
    followers.asked(who, range->from.get(), range->range.offset, at);
}

bool share_supervisor_state::is_ripe(const group_address& group) const {
  const auto channel = look_up(group);
  const auto* range =
      channel ? std::get_if<indexed_range>(&channel->object.entry) : nullptr;
  return range == nullptr || range->from->size() < least_held_bytes ||
         !followers.may_grow(range->from.get(), range->range.offset,
                             compat::now(self));
}

share_supervisor_state::sender* share_supervisor_state::choose_sender(
    const shared_channel& channel) {
  // The same sender for all repair channels of a block: it has read it.
  auto& usual = senders[channel.tag % senders.size()];
  if (channel.what == shared_channel::content::repair &&
      usual.tickets.size() < env.sends_per_sender)
    return &usual;
  const bool is_bulk = channel.what == shared_channel::content::data;
  return &*std::min_element(
      senders.begin(), senders.end(), [&](const auto& a, const auto& b) {
        if (is_bulk && a.bulk_tickets != b.bulk_tickets)
          return a.bulk_tickets < b.bulk_tickets;
        return a.tickets.size() < b.tickets.size();
      });
}

void share_supervisor_state::announce() {
  const auto at = compat::now(self);
  const auto due = news.due(at, [this](const group_address& group) {
    const auto channel = look_up(group);
    return channel && carries_manifest(*channel)
               ? std::get<indexed_object>(channel->object.entry).bytes
               : blob{};
  });
  for (const auto& one : due) {
    group_change as_if;
    as_if.group = one.address;
    as_if.interface_index = one.interface_index;
    queue.wanted(as_if, at, {.urgent = true, .repeat_for_latecomers = true});
  }
  if (!due.empty())
    dispatch();
}

void share_supervisor_state::dispatch() {
  const auto has_room = [&](const sender& one) {
    return one.tickets.size() < env.sends_per_sender;
  };
  // One range in the making and one on its way: more would only keep what is
  // urgent waiting.
  const auto takes_bulk = [&](const sender& one) {
    return has_room(one) && one.bulk_tickets == 0;
  };
  while (std::any_of(senders.begin(), senders.end(), has_room)) {
    const auto order = queue.next(
        compat::now(self),
        std::any_of(senders.begin(), senders.end(), takes_bulk),
        [this](const auto& group) { return is_ripe(group); });
    if (!order)
      break;
    auto channel = look_up(order->to);
    if (!channel) { // taken out of the index meanwhile
      queue.sent(order->ticket, compat::now(self));
      continue;
    }
    auto& chosen = *choose_sender(*channel);
    const bool is_bulk = channel->what == shared_channel::content::data;
    const auto position = carries_manifest(*channel)
                              ? followers.position(compat::now(self))
                              : std::nullopt;
    chosen.tickets.push_back(order->ticket);
    chosen.bulk_tickets += is_bulk;
    if (is_bulk)
      bulk_out.insert(order->ticket);
    if (const auto* range = std::get_if<indexed_range>(&channel->object.entry);
        range != nullptr && is_bulk)
      followers.sending(range->range.offset, channel->tag, compat::now(self));
    // Bounded by sends_per_sender.
    compat::send(self, chosen.handle,
                 send_channel{order->ticket, order->to, order->interface_index,
                              std::move(*channel), position});
  }
  if (queue.waiting() > 0 && !will_look_again) {
    will_look_again = true;
    compat::send_later(self, hold_step, hold_tick{}); // one is under way
  }
}

void share_supervisor_state::on_sent(const channel_sent& msg) {
  if (closing)
    return;
  const bool was_bulk = bulk_out.erase(msg.ticket) > 0;
  for (auto& one : senders)
    if (std::erase(one.tickets, msg.ticket) > 0 && was_bulk)
      --one.bulk_tickets;
  queue.sent(msg.ticket, compat::now(self));
  auto& counters = *request.counters;
  if (msg.result == errc::none) {
    ++counters.objects_sent;
    counters.packets_sent += msg.packets;
    counters.bytes_gross += msg.bytes_gross;
    counters.bytes_info += msg.bytes_info;
  } else if (msg.result == errc::source_changed) {
    ++counters.sources_changed;
  } else {
    ++counters.send_errors;
  }
  dispatch();
}

void share_supervisor_state::end(error why) {
  if (closing)
    return;
  closing = true;
  failure = std::move(why);
  // Upstream first: no more requests, then no more packets.
  if (ear)
    ear->close();
  if (out)
    out->close();
  for (const auto& child : alive)
    compat::end_child(self, child); // once for each
  report_if_alone();
}

void share_supervisor_state::on_child_down(const caf::actor_addr& who) {
  if (who == env.client.address())
    return end({});
  if (std::erase(alive, who) == 0)
    return;
  if (closing)
    return report_if_alone();
  if (++restarts > max_restarts || who == listener.address())
    return end({errc::internal, "parts of the share keep dying"});
  const auto dead =
      std::find_if(senders.begin(), senders.end(), [&](const auto& one) {
        return one.handle.address() == who;
      });
  if (dead == senders.end())
    return;
  for (const auto ticket : dead->tickets) {
    queue.sent(ticket, compat::now(self)); // receivers will ask again
    bulk_out.erase(ticket);
  }
  senders.erase(dead);
  spawn_sender();
  dispatch();
}

void share_supervisor_state::report_if_alone() {
  if (!alive.empty())
    return;
  ear.reset();
  out.reset();
  const auto what = failure.code == errc::none ? share_report::event::stopped
                                               : share_report::event::failed;
  compat::send(self, env.client, share_report{what, failure});
  self->quit();
}

share_supervisor_actor::behavior_type share_supervisor(
    share_supervisor_actor::stateful_pointer<share_supervisor_state> self,
    share_request request, share_environment env) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.self = self;
  st.request = std::move(request);
  st.env = std::move(env);
  compat::on_down(
      self, [&st](const auto& who, const auto&) { st.on_child_down(who); });
  compat::on_exit(self, [&st](const caf::exit_msg&) { st.end({}); });
  st.start();
  return {
      [&st](const groups_changed& msg) { st.on_changes(msg); },
      [&st](const channel_sent& msg) { st.on_sent(msg); },
      [&st](share_tick) {
        if (st.closing)
          return;
        st.queue.expire(compat::now(st.self));
        st.followers.expire(compat::now(st.self));
        st.announce();
        compat::send_later(st.self, housekeeping, share_tick{}); // one at once
      },
      [&st](hold_tick) {
        st.will_look_again = false;
        if (!st.closing)
          st.dispatch();
      },
      [&st](stop_share) { st.end({}); },
  };
}

} // namespace troupe
