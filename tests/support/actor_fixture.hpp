// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tests/support/test_scheduler.hpp"
#include "transport/sim_net.hpp"

#include <caf/scoped_actor.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>

namespace troupe::test {

/// Small and the same everywhere, unlike the standard's distributions.
class seeded_random {
public:
  explicit seeded_random(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ * 0x2545f4914f6cdd1dull;
  }
  std::uint64_t below(std::uint64_t bound) { return (next() >> 11) % bound; }

private:
  std::uint64_t state_;
};

/// An actor system in which nothing happens unless the test says so: one
/// thread, virtual time, and a schedule that is drawn from a seed. With a
/// simulated network whose time goes along.
class actor_fixture {
public:
  explicit actor_fixture(sim_net_options options = {},
                         std::uint64_t schedule_seed = 1)
      : net(std::make_shared<sim_net>(options)), random_(schedule_seed) {
    sched.clock().current_time += std::chrono::hours{1};
  }

  ~actor_fixture() { settle(); }

  std::shared_ptr<sim_net> net;
  caf::actor_system_config config;
  test_system system{config};
  test_scheduler& sched = scheduler_of(system);
  caf::scoped_actor self{system};

  /// Runs ready actors, in an order drawn from the seed, until none is ready.
  void settle() {
    while (sched.has_job()) {
      auto& jobs = sched.jobs;
      const auto pick = random_.below(jobs.size());
      std::rotate(jobs.begin(), jobs.begin() + static_cast<long>(pick),
                  jobs.begin() + static_cast<long>(pick) + 1);
      sched.run_once();
    }
  }

  /// Lets `time` pass, a little at a time, for actors and network alike.
  void advance(std::chrono::nanoseconds time,
               std::chrono::nanoseconds step = std::chrono::microseconds{500}) {
    for (std::chrono::nanoseconds passed{0}; passed < time; passed += step) {
      net->advance_to(net->now() + step);
      settle();
      sched.advance_time(step);
      settle();
    }
  }

  /// Lets time pass until `done` or `limit` is over. True when done.
  template <class Predicate>
  bool advance_until(Predicate done, std::chrono::nanoseconds limit) {
    const auto end = net->now() + limit;
    settle();
    while (!done() && net->now() < end)
      advance(std::chrono::milliseconds{1});
    return done();
  }

private:
  seeded_random random_;
};

} // namespace troupe::test
