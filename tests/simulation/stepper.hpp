// SPDX-License-Identifier: BSD-3-Clause
// Actors and network in virtual time, one message at a time, in an order that
// is drawn from a seed. Actors can be made to stand still.
#pragma once

#include "tests/simulation/judge.hpp"
#include "tests/support/actor_fixture.hpp"

#include <functional>
#include <unordered_map>

namespace troupe::test {

/// Runs one message after the other. One thread.
class stepper {
public:
  stepper(const sim_net_options& options, std::uint64_t schedule_seed,
          judge& court);
  ~stepper();

  std::shared_ptr<sim_net> net;
  caf::actor_system_config config;
  test_system system{config};
  test_scheduler& sched = scheduler_of(system);

  /// Called before each message, with the actors that could be next.
  std::function<void(std::deque<caf::resumable*>&)> before;
  /// Called after each message, with the actor that handled it. It may be
  /// gone by now.
  std::function<void(caf::actor_id, const char* name)> after;

  std::uint64_t steps() const noexcept { return steps_; }
  /// How the actors' clock differs from the network's.
  static constexpr std::chrono::nanoseconds clock_offset =
      std::chrono::hours{1};

  /// Runs until every actor that may run has nothing to do.
  void settle();
  /// When something is due; time_point::max() if nothing is.
  time_point next_due() const;
  /// Goes to `when` and carries out what is due then.
  void advance_to(time_point when);
  /// The actor handles nothing before `until`.
  void freeze(caf::actor_id who, time_point until);
  /// The actor behind a job.
  static caf::scheduled_actor* actor_of(caf::resumable* job) {
    return dynamic_cast<caf::scheduled_actor*>(job);
  }

private:
  bool choose_job();

  judge& court_;
  seeded_random random_;
  std::uint64_t steps_ = 0;
  std::uint64_t steps_at_once_ = 0; ///< since time went on
  std::unordered_map<caf::actor_id, time_point> frozen_;
};

} // namespace troupe::test
