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
    enum class kind {
      first_object,
      tree_part,
      manifest,
      leaves,
      item,
      recheck, ///< whether the name still stands for the same
    };
    kind what = kind::item;
    std::uint64_t index = 0; ///< part, leaf block or cover item number
  };
  struct channel {
    purpose why;
    group_address group;
    bool is_member = true; ///< of `group`
    channel_receiver_actor receiver;
    std::vector<group_address> more; ///< repair channels of the same block
    // Of a range channel.
    hash node;                        ///< names its repair channels
    std::uint32_t symbols = 0;        ///< K; 0: no range channel
    std::uint32_t symbols_missing = 0; ///< as far as is known
    std::uint32_t next_narrow = 0; ///< first repair channel not used yet
    std::uint32_t next_wide = 0;   ///< the same of the wide ones
    std::vector<std::uint32_t> repairs_asked; ///< and not answered to their end
    bool asked_twice = false; ///< for some of them
    std::uint32_t passes = 1; ///< asked for and not ended
    std::uint64_t asked = 0;  ///< number of the request, ascending
    bool in_repair = false;   ///< the request was for repair channels
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
  /// Leaves all groups of an open channel: what it was asked for is over.
  void leave_groups(channel_id id);
  /// Closes; its receiver is idle again. Returns what it was open for, or
  /// nothing when it was closed before.
  std::optional<purpose> close(channel_id id);
  /// Whether an open channel is of that group, but for its repair. Linear.
  bool is_open(const group_address& group) const;
  /// Looks an open channel up; nullptr when there is none.
  const channel* find(channel_id id) const;
  channel* find(channel_id id);
  /// Joins another group for an open channel, until it is closed.
  void extend(channel_id id, const group_address& group);
  /// Asks for another transmission of the channel's own group at the next
  /// flush().
  void repeat(channel_id id);
  /// Forgets a receiver that died; returns its channel if it had one.
  std::optional<channel_id> remove_receiver(const caf::actor_addr& who);

  /// Open channels of one kind, ascending.
  std::vector<channel_id> all(purpose::kind what) const;
  std::size_t size() const noexcept { return open_.size(); }
  /// Groups joined, or about to be.
  std::size_t groups() const noexcept { return groups_; }

  /// Carries out what was collected.
  void flush(receive_port& port);

private:
  subscription subscribe(channel_id id, const channel_receiver_actor& receiver,
                         const group_address& group) const;

  channel_id next_id_ = 1;
  std::map<channel_id, channel> open_;
  std::vector<channel_receiver_actor> idle_;
  std::size_t groups_ = 0;
  std::vector<subscription> joins_;
  std::vector<group_address> leaves_;
  std::vector<group_address> repeats_;
};

} // namespace troupe
