// SPDX-License-Identifier: BSD-3-Clause
#include "actors/send_queue.hpp"

#include <algorithm>

namespace troupe {

bool send_queue::wanted(const group_change& change, time_point now) {
  const key where{change.group, change.interface_index};
  const auto found = groups_.find(where);
  if (found == groups_.end() && groups_.size() >= options_.max_groups)
    return false;
  auto& state = found == groups_.end() ? groups_[where] : found->second;
  const auto known = std::find(state.reporters.begin(), state.reporters.end(),
                               change.reporter) != state.reporters.end();
  if (!known && state.reporters.size() < max_reporters)
    state.reporters.push_back(change.reporter);
  switch (state.now) {
  case phase::waiting:
    return false;
  case phase::sending:
    if (known)
      return false;
    state.again = true;
    return true;
  case phase::idle:
    if (known && now - state.sent_at < options_.echo)
      return false;
    break;
  }
  state.now = phase::waiting;
  ++waiting_;
  if (!state.queued) {
    state.queued = true;
    order_.push_back(where);
  }
  return true;
}

void send_queue::done(const group_change& change) {
  const auto found = groups_.find({change.group, change.interface_index});
  if (found == groups_.end())
    return;
  auto& state = found->second;
  // With more reporters than we tell apart, nobody's leave means the last.
  if (state.reporters.size() >= max_reporters)
    return;
  std::erase(state.reporters, change.reporter);
  if (!state.reporters.empty())
    return;
  state.again = false;
  if (state.now == phase::waiting) {
    state.now = phase::idle;
    --waiting_;
  }
}

std::optional<send_queue::order> send_queue::next() {
  while (!order_.empty()) {
    const auto where = order_.front();
    order_.pop_front();
    const auto found = groups_.find(where);
    if (found == groups_.end())
      continue;
    auto& state = found->second;
    state.queued = false;
    if (state.now != phase::waiting)
      continue;
    state.now = phase::sending;
    --waiting_;
    const auto ticket = next_ticket_++;
    sending_.emplace(ticket, where);
    return order{ticket, where.group, where.interface_index};
  }
  return std::nullopt;
}

void send_queue::sent(std::uint64_t ticket, time_point now) {
  const auto which = sending_.find(ticket);
  if (which == sending_.end())
    return;
  const auto where = which->second;
  sending_.erase(which);
  const auto found = groups_.find(where);
  if (found == groups_.end())
    return;
  auto& state = found->second;
  state.sent_at = now;
  state.now = phase::idle;
  if (!state.again)
    return;
  state.again = false;
  state.now = phase::waiting;
  ++waiting_;
  if (!state.queued) {
    state.queued = true;
    order_.push_back(where);
  }
}

void send_queue::expire(time_point now) {
  std::erase_if(groups_, [&](const auto& item) {
    const auto& state = item.second;
    return state.now == phase::idle && !state.queued &&
           now - state.sent_at >= options_.echo;
  });
}

} // namespace troupe
