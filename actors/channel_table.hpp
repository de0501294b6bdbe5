// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/interfaces.hpp"

#include <map>
#include <unordered_map>

namespace troupe {

/// The open channels of one sync: which group, which receiver, what for.
/// Collects joins and leaves so that each turn of the supervisor gives the
/// port one call of each at most. One thread.
class channel_table {
public:
  /// What a channel is open for.
  struct purpose {
    enum class kind { first_object, tree_part, chunk };
    kind what = kind::chunk;
    std::uint64_t index = 0; ///< part number, or place in sync_plan::fetch
  };
  struct channel {
    purpose why;
    group_address group;
    channel_receiver_actor receiver;
  };

  /// Takes a receiver into service.
  void add_receiver(channel_receiver_actor receiver);
  /// Receivers without a channel.
  std::size_t idle() const noexcept { return idle_.size(); }
  std::size_t receivers() const noexcept { return idle_.size() + open_.size(); }

  /// Opens a channel on an idle receiver. Precondition: idle() > 0. The
  /// caller sends the returned message to the receiver before flush().
  std::pair<channel_receiver_actor, open_channel>
  open(const group_address& group, purpose why, open_channel what);
  /// Closes; its receiver is idle again. Returns what it was open for, or
  /// nothing when it was closed before.
  std::optional<purpose> close(channel_id id);
  /// Looks an open channel up; nullptr when there is none.
  const channel* find(channel_id id) const;
  /// Asks for another transmission at the next flush().
  void repeat(channel_id id);
  /// Forgets a receiver that died; returns its channel if it had one.
  std::optional<channel_id> remove_receiver(const caf::actor_addr& who);

  /// Open channels of one kind, ascending.
  std::vector<channel_id> all(purpose::kind what) const;
  std::size_t size() const noexcept { return open_.size(); }

  /// Carries out what was collected.
  void flush(receive_port& port);

private:
  channel_id next_id_ = 1;
  std::map<channel_id, channel> open_;
  std::vector<channel_receiver_actor> idle_;
  std::vector<subscription> joins_;
  std::vector<group_address> leaves_;
  std::vector<group_address> repeats_;
};

} // namespace troupe
