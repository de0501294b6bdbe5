// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/announcements.hpp"
#include "actors/audience.hpp"
#include "actors/interfaces.hpp"
#include "actors/repair_store.hpp"
#include "actors/send_queue.hpp"

#include <set>

namespace troupe {

/// What a share needs besides its request.
struct share_environment {
  std::shared_ptr<network> net;
  share_client_actor client;
  std::uint32_t senders = 2;          ///< channel_sender actors
  std::uint32_t sends_per_sender = 16; ///< tickets out at each
};

/// @relates share_supervisor
struct share_supervisor_state {
  share_supervisor_state() = default; // never an aggregate

  struct sender {
    channel_sender_actor handle;
    std::vector<std::uint64_t> tickets; ///< out at it
    std::uint32_t bulk_tickets = 0;     ///< of them, data of ranges
  };

  share_supervisor_actor::stateful_pointer<share_supervisor_state> self =
      nullptr;
  share_request request;
  std::shared_ptr<repair_store> repairs = std::make_shared<repair_store>();
  std::optional<range_seal> seal; ///< of an encrypted share
  share_environment env;
  send_queue queue;
  audience followers;
  announcements news; ///< manifests that nobody has asked for anew
  bool will_look_again = false; ///< a hold_tick is under way
  std::shared_ptr<send_port> out;
  std::unique_ptr<report_port> ear;
  join_listener_actor listener;
  std::vector<sender> senders;
  std::set<std::uint64_t> bulk_out; ///< tickets of bulk
  std::vector<caf::actor_addr> alive;
  std::uint32_t restarts = 0;
  bool closing = false;
  error failure; ///< why it closes

  static inline const char* name = "troupe.share-supervisor";

  void start();
  void spawn_listener();
  void spawn_sender();
  void on_changes(const groups_changed& msg);
  std::optional<shared_channel> look_up(const group_address& group) const;
  void note(const shared_channel& channel, const ip6_address& who,
            time_point at);
  void announce();
  void dispatch();
  bool is_ripe(const group_address& group) const;
  sender* choose_sender(const shared_channel& channel);
  void on_sent(const channel_sent& msg);
  void end(error why);
  void on_child_down(const caf::actor_addr& who);
  void report_if_alone();
  void watch(const caf::actor& child);
};

/// One share: hears who wants what, sends each object once however many
/// want it, until it is stopped.
///
/// Sends:  share_report to the client: listening or failed, then once at the
///         end stopped. At most senders * sends_per_sender send_channel are
///         out, so encoded packets wait in the queue of groups, not in memory.
/// Fails:  replaces a dead channel_sender up to 16 times, then, or when the
///         join_listener dies, reports failed.
/// Blocks: shortly, when it opens and closes its ports.
share_supervisor_actor::behavior_type share_supervisor(
    share_supervisor_actor::stateful_pointer<share_supervisor_state> self,
    share_request request, share_environment env);

} // namespace troupe
