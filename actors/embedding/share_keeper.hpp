// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/embedding/last_word.hpp"
#include "actors/embedding/librarian.hpp"
#include "actors/interfaces.hpp"

namespace troupe {

using share_word = last_word<share_client, share_status>;

/// @relates share_keeper
struct share_keeper_state {
  share_keeper_state() = default; // never an aggregate
  /// After a kill nobody else would stop the librarian's hashing.
  ~share_keeper_state() { stopping.request_stop(); }

  share_keeper_actor::stateful_pointer<share_keeper_state> self = nullptr;
  share_client client;
  std::shared_ptr<share_word> word;
  share_request request;
  std::shared_ptr<network> net;
  std::stop_source stopping;
  librarian_actor books;
  share_supervisor_actor supervisor;
  std::vector<caf::actor_addr> alive;
  bool is_ending = false;
  error failure; ///< why it ends

  static inline const char* name = "troupe.share-keeper";

  void start(const share_settings& settings, keeper_options options);
  void on_opened(const library_opened& msg);
  void on_report(const share_report& report);
  void on_down(const caf::actor_addr& who);
  void end(error why);
  void say_if_alone();
  void tell(share_status status);
  void watch(const caf::actor& child);
};

/// Stands between an embedder and a share: has its index made and kept, shares
/// it, and sees to it that there is one end whoever dies.
///
/// Sends:  share_status as things happen, exactly one with event::ended, when
///         nothing of the share is alive; then quits.
/// Fails:  when the librarian or the supervisor dies: internal. When the client
///         ends, the share is stopped.
/// Blocks: shortly, at the start: key files are read.
share_keeper_actor::behavior_type
share_keeper(share_keeper_actor::stateful_pointer<share_keeper_state> self,
             const share_settings& settings, share_client client,
             keeper_options options = {});

} // namespace troupe
