// SPDX-License-Identifier: BSD-3-Clause
#include "actors/channel_sender.hpp"

#include "actors/die_quietly.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Some are a MiB: an idle sharer should not keep what a busy one needed.
constexpr std::size_t most_free_trains = 4;

/// A packet of its own, since it has another length; nobody waits for it.
/// Bounded: one for each ticket of a manifest.
void tell_position(send_port& port, const send_channel& order) {
  auto train = std::make_unique<packet_train>();
  train->to = order.to;
  train->interface_index = order.interface_index;
  train->packet_bytes = position_packet_bytes;
  train->bytes.resize(position_packet_bytes);
  write_position(std::span{train->bytes}.first<position_packet_bytes>(),
                 *order.position);
  port.send(std::move(train), [](train_sent&&) {});
}

} // namespace

channel_sender_actor::behavior_type channel_sender(
    channel_sender_actor::stateful_pointer<channel_sender_state> self,
    share_supervisor_actor parent, std::shared_ptr<send_port> port,
    object_packets packets, range_packets ranges) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.parent = std::move(parent);
  st.port = std::move(port);
  st.packets.emplace(std::move(packets));
  st.ranges.emplace(std::move(ranges));
  return {
      [self](const send_channel& msg) {
        auto& state = compat::state_of(self);
        auto train = std::make_unique<packet_train>();
        if (!state.free_trains.empty()) {
          train = std::move(state.free_trains.back());
          state.free_trains.pop_back();
        }
        const auto filled =
            msg.channel.what == shared_channel::content::classic
                ? state.packets->fill(*train, msg.channel.object,
                                      msg.channel.sealed_as)
                : state.ranges->fill(*train, msg.channel);
        if (!filled) {
          state.free_trains.push_back(std::move(train));
          compat::send(self, state.parent,
                       channel_sent{.ticket = msg.ticket,
                                    .result = filled.error().code});
          return;
        }
        train->to = msg.to;
        train->interface_index = msg.interface_index;
        if (msg.position)
          tell_position(*state.port, msg);
        state.under_way.emplace_back(msg.ticket, *filled);
        // Bounded: the supervisor has few tickets out at each sender.
        state.port->send(std::move(train),
                         [to = channel_sender_actor{self},
                          ticket = msg.ticket](train_sent&& outcome) {
                           compat::anon_send(
                               to, train_returned{
                                       ticket, std::make_shared<train_sent>(
                                                   std::move(outcome))});
                         });
        state.ranges->prepare_repair(); // while they are on their way
      },
      [self](const train_returned& msg) {
        auto& state = compat::state_of(self);
        const auto found = std::find_if(
            state.under_way.begin(), state.under_way.end(),
            [&](const auto& item) { return item.first == msg.ticket; });
        if (found == state.under_way.end())
          return;
        const auto& filled = found->second;
        const auto packets_sent = msg.outcome->packets;
        compat::send(
            self, state.parent,
            channel_sent{msg.ticket, msg.outcome->result, packets_sent,
                         packets_sent * (filled.bytes_gross / filled.packets),
                         filled.bytes_info});
        state.under_way.erase(found);
        if (msg.outcome->train && state.free_trains.size() < most_free_trains)
          state.free_trains.push_back(std::move(msg.outcome->train));
      },
  };
}

} // namespace troupe
