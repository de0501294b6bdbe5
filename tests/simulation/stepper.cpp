// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/stepper.hpp"

#include <vector>

namespace troupe::test {

namespace {

/// Messages without time going on; more is a livelock.
constexpr std::uint64_t most_steps_at_once = 200'000;

} // namespace

stepper::stepper(const sim_net_options& options, std::uint64_t schedule_seed,
                 judge& court)
    : net(std::make_shared<sim_net>(options)), court_(court),
      random_(schedule_seed) {
  sched.clock().current_time += clock_offset;
}

stepper::~stepper() {
  before = nullptr;
  after = nullptr;
  frozen_.clear();
  settle();
}

bool stepper::choose_job() {
  auto& jobs = sched.jobs;
  std::size_t pick = 0;
  if (frozen_.empty()) {
    if (jobs.empty())
      return false;
    pick = random_.below(jobs.size());
  } else {
    std::vector<std::size_t> able;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const auto* actor = actor_of(jobs[i]);
      if (actor == nullptr || !frozen_.contains(actor->id()))
        able.push_back(i);
    }
    if (able.empty())
      return false;
    pick = able[random_.below(able.size())];
  }
  std::swap(jobs.front(), jobs[pick]);
  return true;
}

void stepper::settle() {
  for (;;) {
    court_.tell_time(steps_, net->now());
    if (before)
      before(sched.jobs);
    if (!choose_job())
      return;
    const auto* actor = actor_of(sched.jobs.front());
    const auto id = actor != nullptr ? actor->id() : caf::actor_id{0};
    const char* name = actor != nullptr ? actor->name() : "";
    sched.run_once();
    ++steps_;
    if (after)
      after(id, name);
    if (++steps_at_once_ > most_steps_at_once) {
      court_.broke("messages without end");
      return;
    }
  }
}

time_point stepper::next_due() const {
  auto due = net->next_event();
  if (const auto timer = next_timer(sched))
    due = std::min(due, *timer - clock_offset);
  for (const auto& [who, until] : frozen_)
    due = std::min(due, until);
  return due;
}

void stepper::advance_to(time_point when) {
  const auto passed = when - net->now();
  steps_at_once_ = passed > std::chrono::nanoseconds{0} ? 0 : steps_at_once_;
  court_.tell_time(steps_, when);
  net->advance_to(when);
  sched.advance_time(std::max(passed, std::chrono::nanoseconds{0}));
  std::erase_if(frozen_, [&](const auto& one) { return one.second <= when; });
}

void stepper::freeze(caf::actor_id who, time_point until) {
  auto& mine = frozen_[who];
  mine = std::max(mine, until);
}

} // namespace troupe::test
