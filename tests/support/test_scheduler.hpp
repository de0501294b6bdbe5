// SPDX-License-Identifier: BSD-3-Clause
// An actor system in which nothing happens unless the test says so, of either
// CAF: 0.17 brings one, for 1.x there is one here.
#pragma once

#include "actors/caf_compat.hpp"
#include "actors/register_messages.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_registry.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduled_actor.hpp>
#if TROUPE_CAF1
#include <caf/action.hpp>
#include <caf/actor_clock.hpp>
#include <caf/detail/actor_system_access.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler.hpp>
#else
#include <caf/scheduler/test_coordinator.hpp>
#endif

#include <deque>
#include <map>
#include <memory>
#include <optional>

namespace troupe::test {

#if TROUPE_CAF1

/// A clock that stands unless it is told to go.
class test_clock final : public caf::actor_clock {
public:
  time_point current_time{};

  time_point now() const noexcept override { return current_time; }
  caf::disposable schedule(time_point at, caf::action what) override {
    timers_.emplace(at, what);
    return std::move(what).as_disposable();
  }
  void advance(duration_type time) {
    current_time += time;
    while (!timers_.empty() && timers_.begin()->first <= current_time) {
      auto due = timers_.extract(timers_.begin());
      if (!due.mapped().disposed())
        due.mapped().run();
    }
  }
  void drop_all() { timers_.clear(); }
  const std::multimap<time_point, caf::action>& schedule() const noexcept {
    return timers_;
  }

private:
  std::multimap<time_point, caf::action> timers_;
};

/// Runs one actor at a time, on the test's thread.
class test_scheduler final : public caf::scheduler {
public:
  explicit test_scheduler(test_clock& clock) : clock_(clock) {}

  std::deque<caf::resumable*> jobs;

  bool has_job() const noexcept { return !jobs.empty(); }
  void run_once() {
    auto* job = jobs.front();
    jobs.pop_front();
    if (job->resume(this, 1) == caf::resumable::resume_later)
      jobs.push_back(job);
    else
      job->deref_resumable();
  }
  test_clock& clock() noexcept { return clock_; }
  void advance_time(std::chrono::nanoseconds time) { clock_.advance(time); }

  void schedule(caf::resumable* what) override { jobs.push_back(what); }
  void delay(caf::resumable* what) override { jobs.push_back(what); }
  void start() override {}
  void stop() override {
    while (!jobs.empty()) {
      jobs.front()->deref_resumable();
      jobs.pop_front();
    }
  }

private:
  test_clock& clock_;
};

/// The actor system that both belong to.
class test_system final : public caf::actor_system {
public:
  explicit test_system(caf::actor_system_config& config)
      : caf::actor_system(prepared(config), &set_up, nullptr) {}
  ~test_system() override {
    static_cast<test_clock&>(clock()).drop_all();
  }

private:
  static caf::actor_system_config& prepared(caf::actor_system_config& config) {
    register_messages();
    compat::be_quiet(config);
    return config;
  }
  static void set_up(caf::actor_system& system, caf::actor_system_config&,
                     void*) {
    caf::detail::actor_system_access parts{system};
    auto clock = std::make_unique<test_clock>();
    auto scheduler = std::make_unique<test_scheduler>(*clock);
    parts.clock(std::move(clock));
    parts.scheduler(std::move(scheduler));
  }
};

#else

using test_scheduler = caf::scheduler::test_coordinator;

class test_system final : public caf::actor_system {
public:
  explicit test_system(caf::actor_system_config& config)
      : caf::actor_system(prepared(config)) {}

private:
  static caf::actor_system_config& prepared(caf::actor_system_config& config) {
    config.set("scheduler.policy", caf::atom("testing"));
    compat::be_quiet(config);
    return config;
  }
};

#endif

inline test_scheduler& scheduler_of(test_system& system) {
  return dynamic_cast<test_scheduler&>(system.scheduler());
}

/// Whether an urgent message waits for those that its receiver has taken out of
/// its mailbox, but not handled yet. CAF 1.x takes out all there are.
inline constexpr bool urgent_waits_for_taken = TROUPE_CAF1;

/// When the actors' clock rings next.
inline std::optional<std::chrono::nanoseconds> next_timer(test_scheduler& of) {
  const auto& timers = of.clock().schedule();
  if (timers.empty())
    return std::nullopt;
  return timers.begin()->first.time_since_epoch();
}

/// Ends the actor before it handles whatever else waits for it (but for what
/// urgent_waits_for_taken says), as if its next message killed it.
inline void kill_now(caf::scheduled_actor& victim) {
  const auto to = caf::actor_cast<caf::strong_actor_ptr>(&victim);
  const auto urgent = caf::make_message_id(caf::message_priority::high);
  auto message = caf::make_message(
      caf::exit_msg{caf::actor_addr{}, caf::exit_reason::kill});
#if TROUPE_CAF1
  to->enqueue(caf::make_mailbox_element(nullptr, urgent, std::move(message)),
              nullptr);
#else
  to->enqueue(nullptr, urgent, std::move(message), nullptr);
#endif
}

} // namespace troupe::test
