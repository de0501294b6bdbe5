// SPDX-License-Identifier: BSD-3-Clause
#include "actors/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

void send_queue::enqueue(const key& where, group_state& state) {
  state.now = phase::waiting;
  ++waiting_;
  if (std::exchange(state.queued, true))
    return;
  (state.how.urgent ? urgent_ : order_).push_back(where);
}

bool send_queue::wanted(const group_change& change, time_point now,
                        send_class how) {
  const key where{change.group, change.interface_index};
  const auto found = groups_.find(where);
  if (found == groups_.end() && groups_.size() >= options_.max_groups)
    return false;
  auto& state = found == groups_.end() ? groups_[where] : found->second;
  state.how = how;
  const auto known = std::find(state.reporters.begin(), state.reporters.end(),
                               change.reporter) != state.reporters.end();
  if (!known && state.reporters.size() < max_reporters)
    state.reporters.push_back(change.reporter);
  switch (state.now) {
  case phase::waiting:
    return false;
  case phase::sending:
    if (known || !how.repeat_for_latecomers)
      return false;
    state.again = true;
    return true;
  case phase::idle:
    if (known && now - state.sent_at < echo_of(state))
      return false;
    break;
  }
  state.asked_at = now;
  enqueue(where, state);
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

std::optional<send_queue::order> send_queue::next(
    time_point now, bool take_bulk,
    const std::function<bool(const group_address&)>& is_ripe) {
  auto looks = options_.most_looks;
  for (auto* from : {&urgent_, &order_}) {
    for (auto at = from->begin(); at != from->end();) {
      const auto where = *at;
      const auto found = groups_.find(where);
      if (found == groups_.end()) {
        at = from->erase(at);
        continue;
      }
      auto& state = found->second;
      const bool is_wanted = state.now == phase::waiting;
      if (is_wanted && state.how.bulk &&
          (!take_bulk || (now - state.asked_at < options_.longest_wait &&
                          !is_ripe(where.group)))) {
        if (--looks == 0)
          return std::nullopt;
        ++at;
        continue;
      }
      at = from->erase(at);
      state.queued = false;
      if (!is_wanted)
        continue;
      state.now = phase::sending;
      --waiting_;
      const auto ticket = next_ticket_++;
      sending_.emplace(ticket, where);
      return order{ticket, where.group, where.interface_index};
    }
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
  enqueue(where, state);
}

void send_queue::expire(time_point now) {
  std::erase_if(groups_, [&](const auto& item) {
    const auto& state = item.second;
    return state.now == phase::idle && !state.queued &&
           now - state.sent_at >= echo_of(state);
  });
}

} // namespace troupe
