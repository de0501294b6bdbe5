// SPDX-License-Identifier: BSD-3-Clause
#include "transport/join_schedule.hpp"

#include <algorithm>

namespace troupe {

using namespace std::chrono_literals;

namespace {

/// A batch so soon behind another one sets the timer to nearly the same time.
constexpr auto slot = 1ms;

} // namespace

join_limits default_join_limits(bool own_reports,
                                std::chrono::nanoseconds jiffy) noexcept {
  join_limits limits;
  limits.own_reports = own_reports;
  limits.drain_silence = std::max<std::chrono::nanoseconds>(16ms, 4 * jiffy);
  if (own_reports) {
    limits.period = 2ms;
    limits.min_stay = 0ms;
    limits.drain_leaves = 384;
  } else {
    limits.period = limits.drain_silence;
    limits.min_stay = 4 * limits.period;
  }
  return limits;
}

void join_silence::began_batch(std::size_t leaves, time_point now) noexcept {
  if (now >= drained_at_)
    leaves_ = 0;
  leaves_ += leaves;
}

void join_silence::finished_batch(const join_limits& limits,
                                  time_point now) noexcept {
  const bool drain = limits.drain_leaves > 0 && leaves_ >= limits.drain_leaves;
  ends_at_ = now + (drain ? limits.drain_silence : limits.period);
  slot_ends_at_ = now + slot;
  drained_at_ = now + limits.drain_silence;
}

join_schedule::join_schedule(join_limits limits,
                             std::shared_ptr<join_silence> silence)
    : limits_(limits), silence_(silence ? std::move(silence)
                                        : std::make_shared<join_silence>()) {}

void join_schedule::join(const group_address& group, time_point) {
  const auto [it, is_new] = members_.try_emplace(group);
  if (is_new)
    to_join_.push_back(group);
  else if (it->second.is == phase::leaving)
    it->second.is = phase::rejoining;
}

void join_schedule::leave(const group_address& group, time_point) {
  const auto it = members_.find(group);
  if (it == members_.end())
    return;
  switch (it->second.is) {
  case phase::joining:
    members_.erase(it);
    break;
  case phase::joined:
    to_leave_.push_back(group);
    [[fallthrough]];
  case phase::leaving:
  case phase::rejoining:
    it->second.is = phase::leaving;
    break;
  }
}

void join_schedule::rejoin(const group_address& group, time_point now) {
  const auto it = members_.find(group);
  if (it != members_.end() && it->second.is != phase::joining)
    leave(group, now);
  join(group, now);
}

join_schedule::batch join_schedule::take_due(time_point now) {
  batch out;
  if (now < ready_at_ || !silence_->is_over(now))
    return out;
  take_leaves(out, now);
  take_joins(out, now);
  if (!out.empty()) {
    silence_->began_batch(out.leave.size(), now);
    finished(now);
  }
  return out;
}

void join_schedule::finished(time_point now) noexcept {
  silence_->finished_batch(limits_, now);
  ready_at_ = silence_->ends_at();
}

time_point join_schedule::next_due(time_point now) const {
  time_point due = time_point::max();
  for (const group_address& group : to_join_)
    if (const auto it = members_.find(group);
        it != members_.end() && it->second.is == phase::joining) {
      due = now;
      break;
    }
  for (const group_address& group : to_leave_)
    due = std::min(due, members_.at(group).joined_at + limits_.min_stay);
  if (due == time_point::max())
    return due;
  due = std::max({due, now, ready_at_});
  return silence_->is_over(due) ? due : silence_->ends_at();
}

bool join_schedule::may_leave(const member& m, time_point now) const noexcept {
  return m.joined_at + limits_.min_stay <= now;
}

void join_schedule::take_leaves(batch& out, time_point now) {
  std::deque<group_address> later;
  for (; !to_leave_.empty() && out.leave.size() < limits_.batch_groups;
       to_leave_.pop_front()) {
    const group_address group = to_leave_.front();
    const auto it = members_.find(group); // there until its leave is taken
    if (!may_leave(it->second, now)) {
      later.push_back(group);
      continue;
    }
    out.leave.push_back(group);
    if (it->second.is == phase::rejoining) {
      it->second.joined_at = now;
      it->second.is = phase::joined;
      out.join.push_back(group);
    } else {
      members_.erase(it);
      --joined_;
    }
  }
  to_leave_.insert(to_leave_.begin(), later.begin(), later.end());
}

void join_schedule::take_joins(batch& out, time_point now) {
  for (; !to_join_.empty() && out.join.size() < limits_.batch_groups;
       to_join_.pop_front()) {
    const group_address group = to_join_.front();
    const auto it = members_.find(group);
    if (it == members_.end() || it->second.is != phase::joining)
      continue;
    it->second = {phase::joined, now};
    ++joined_;
    out.join.push_back(group);
  }
}

} // namespace troupe
