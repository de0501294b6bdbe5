// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/interfaces.hpp"
#include "actors/object_packets.hpp"
#include "actors/range_packets.hpp"

namespace troupe {

/// @relates channel_sender
struct channel_sender_state {
  channel_sender_state() = default; // never an aggregate

  share_supervisor_actor parent;
  std::shared_ptr<send_port> port;
  std::optional<object_packets> packets;
  std::optional<range_packets> ranges;
  std::vector<std::unique_ptr<packet_train>> free_trains;
  /// What a ticket carries, until its train is back.
  std::vector<std::pair<std::uint64_t, object_packets::filled>> under_way;

  static inline const char* name = "troupe.channel-sender";
};

/// Reads an object, encodes it and hands its packets to the network as one
/// train. Prepares the next while earlier ones are under way.
///
/// Sends:  one channel_sent per send_channel to `parent`, when the train has
///         left or could not.
/// Fails:  a source that changed or cannot be read is reported, not sent.
/// Blocks: on reading the source, one chunk at a time.
channel_sender_actor::behavior_type channel_sender(
    channel_sender_actor::stateful_pointer<channel_sender_state> self,
    share_supervisor_actor parent, std::shared_ptr<send_port> port,
    object_packets packets, range_packets ranges);

} // namespace troupe
