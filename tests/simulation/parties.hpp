// SPDX-License-Identifier: BSD-3-Clause
// The sharer and the syncs of a simulation, and what is demanded of each.
#pragma once

#include "actors/chunk_writer.hpp"
#include "actors/share_supervisor.hpp"
#include "actors/sync_supervisor.hpp"
#include "tests/simulation/checked_sink.hpp"
#include "tests/simulation/simulation.hpp"
#include "tests/simulation/stepper.hpp"
#include "tests/simulation/watched_network.hpp"

namespace troupe::test {

/// The state of an actor that has not ended, from outside. For looking only.
template <class State, class Handle>
const State& peek(const Handle& handle) {
  using pointer = typename Handle::template stateful_pointer<State>;
  return compat::state_of(dynamic_cast<pointer>(
      caf::actor_cast<caf::abstract_actor*>(handle)));
}

/// What may be true of a file that is being shared.
struct file_mood {
  bool is_noticed = false; ///< it changed, and its inode says so
  bool is_lying = false;   ///< it reads differently from what was hashed
};

/// Everybody on one link who shares one of the versions.
class sharer {
public:
  sharer(const scenario& plan, std::size_t version);

  void start(stepper& world, const std::shared_ptr<watched_network>& net);
  void stop();
  void forget() { supervisor_ = share_supervisor_actor{}; }
  bool is_alive() const noexcept { return is_alive_; }
  bool was_started() const noexcept { return was_started_; }
  const share_supervisor_actor& supervisor() const { return supervisor_; }
  const std::vector<share_report>& reports() const { return *reports_; }
  file_mood& mood() { return *mood_; }

  /// What holds after each of its messages.
  void check(judge& court) const;
  /// What holds when it has ended; `was_killed`: one of its actors was.
  void check_end(judge& court, bool was_killed) const;

private:
  const scenario& plan_;
  std::shared_ptr<file_mood> mood_ = std::make_shared<file_mood>();
  std::shared_ptr<share_index> index_;
  std::shared_ptr<share_counters> counters_ =
      std::make_shared<share_counters>();
  std::shared_ptr<std::vector<share_report>> reports_ =
      std::make_shared<std::vector<share_report>>();
  share_supervisor_actor supervisor_;
  bool is_alive_ = false;
  bool was_started_ = false;
};

/// One sync and its destination.
class syncing {
public:
  syncing(const scenario& plan, std::size_t number, judge& court);

  void start(stepper& world, const std::shared_ptr<watched_network>& net);
  void cancel(time_point now);
  /// All of it stands still until `until`.
  void suspend(stepper& world, time_point until) const;

  void forget() { supervisor_ = sync_supervisor_actor{}; }

  bool was_started() const noexcept { return was_started_; }
  bool is_alive() const noexcept { return is_alive_; }
  bool has_ended() const noexcept { return was_started_ && !is_alive_; }
  const receiver_plan& plan() const noexcept { return mine_; }
  const sync_supervisor_actor& supervisor() const { return supervisor_; }
  /// Whether the actor is a part of it that has not ended.
  bool owns(caf::actor_id who) const;
  void note_kill(const std::string& name);

  /// What holds after each message of its supervisor.
  void check(judge& court, time_point now);
  /// What holds when it has ended; `is_sharer_dead`: it was killed.
  void check_end(judge& court, bool is_sharer_dead) const;
  sync_ending ending() const;

private:
  void on_report(const sync_report& report, time_point now);
  void check_window(judge& court, const sync_supervisor_state& st);
  void check_deadline(judge& court, const sync_supervisor_state& st,
                      time_point now);
  bool may_end_with(errc code) const;
  bool has_to_succeed() const;

  const scenario& plan_;
  const receiver_plan& mine_;
  std::size_t number_;
  judge& court_;
  std::shared_ptr<destination> to_;
  std::shared_ptr<watched_network> net_;
  sync_supervisor_actor supervisor_;
  std::vector<sync_report> reports_;
  bool was_started_ = false;
  bool is_alive_ = false;
  time_point ended_{0};
  std::optional<time_point> cancelled_;
  std::optional<time_point> closing_since_;
  std::uint64_t looks_ = 0;
  bool lost_supervisor_ = false; ///< killed
  bool lost_part_ = false;       ///< one that it cannot do without
};

} // namespace troupe::test
