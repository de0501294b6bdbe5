// SPDX-License-Identifier: BSD-3-Clause
// send_queue's turns: what is sent next, and what is over then.
#include "actors/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

/// Hosts that are remembered for not having come; the others are waited for.
constexpr std::size_t max_in_vain = 1024;

} // namespace

send_queue::order send_queue::take(const key& where, group_state& state,
                                   time_point now) {
  state.now = phase::sending;
  if (!is_repeat(state, now)) { // else it was meant for all of these
    state.served = state.reporters;
    state.mended_bytes = 0;
  }
  for (const auto& each : state.left)
    if (!contains(state.served, each) &&
        state.served.size() < 2 * max_reporters)
      state.served.push_back(each);
  state.left.clear();
  state.taken_at = now;
  state.due = std::max(state.due, now) + interval_of(state);
  budget_.sends(state.how.bytes);
  stop_waiting(state);
  const auto ticket = next_ticket_++;
  sending_.emplace(ticket, where);
  return {ticket, where.group, where.interface_index};
}

/// Whether others may be about to ask for it, too. Who did not come in time is
/// not waited for again.
bool send_queue::is_awaited(const key& where, const group_state& state,
                            time_point now) {
  const auto* data = followed(where, state);
  if (data == nullptr)
    return false;
  const bool is_late = now - state.asked_at >= options_.longest_following;
  for (const auto& each : data->served) {
    if (!contains(data->reporters, each) || contains(state.reporters, each))
      continue;
    const auto vain = in_vain_.find(each);
    if (vain != in_vain_.end() && vain->second > now)
      continue;
    if (!is_late)
      return true;
    if (vain != in_vain_.end() || in_vain_.size() < max_in_vain)
      in_vain_[each] = now + options_.vain_memory;
  }
  return false;
}

std::optional<send_queue::order> send_queue::next_urgent(time_point now) {
  auto looks = options_.most_looks;
  for (auto at = urgent_.begin(); at != urgent_.end();) {
    const auto where = *at;
    const auto found = groups_.find(where);
    if (found == groups_.end() || found->second.stands != place::urgent) {
      at = urgent_.erase(at);
      continue;
    }
    auto& state = found->second;
    if (state.now == phase::waiting && is_awaited(where, state, now)) {
      if (--looks == 0)
        return std::nullopt;
      ++at;
      continue;
    }
    at = urgent_.erase(at);
    state.stands = place::nowhere;
    if (state.now != phase::waiting)
      continue;
    if (pay(where, state, now))
      return take(where, state, now);
    put_off(where, state);
  }
  return std::nullopt;
}

std::optional<send_queue::order> send_queue::next_bulk(
    time_point now, bool take_bulk,
    const std::function<bool(const group_address&)>& is_ripe,
    bool& is_new_waiting) {
  auto looks = options_.most_looks;
  for (auto at = order_.begin(); at != order_.end();) {
    const auto where = *at;
    const auto found = groups_.find(where);
    if (found == groups_.end() || found->second.stands != place::order) {
      at = order_.erase(at);
      continue;
    }
    auto& state = found->second;
    const bool is_wanted = state.now == phase::waiting;
    if (is_wanted && state.how.bulk &&
        (!take_bulk || (now - state.asked_at < options_.longest_wait &&
                        !is_ripe(where.group)))) {
      is_new_waiting = true;
      if (--looks == 0)
        return std::nullopt;
      ++at;
      continue;
    }
    at = order_.erase(at);
    state.stands = place::nowhere;
    if (!is_wanted)
      continue;
    bulk_since_repeat_ += state.how.bulk && !repeats_.empty();
    return take(where, state, now);
  }
  return std::nullopt;
}

/// Of repeats the one that was sent longest ago: who asks for the same again and
/// again does not keep the others waiting.
std::optional<send_queue::order> send_queue::next_repeat(
    time_point now, const std::function<bool(const group_address&)>& is_ripe) {
  bulk_since_repeat_ = 0;
  const auto since = [](const group_state& state) {
    return state.how.bulk ? state.sent_at : state.asked_at;
  };
  group_state* best = nullptr;
  std::size_t at_best = 0;
  auto looks = options_.most_looks;
  for (std::size_t at = 0; at < repeats_.size() && looks > 0; --looks) {
    const auto found = groups_.find(repeats_[at]);
    const bool is_here = found != groups_.end() &&
                         found->second.stands == place::repeats;
    if (!is_here || found->second.now != phase::waiting) {
      if (is_here)
        found->second.stands = place::nowhere;
      repeats_.erase(repeats_.begin() + static_cast<std::ptrdiff_t>(at));
      continue;
    }
    const auto& state = found->second;
    const bool is_held = state.how.bulk &&
                         now - state.asked_at < options_.longest_wait &&
                         !is_ripe(repeats_[at].group);
    if (!is_held && (best == nullptr || since(state) < since(*best))) {
      best = &found->second;
      at_best = at;
    }
    ++at;
  }
  if (best == nullptr)
    return std::nullopt;
  const auto where = repeats_[at_best];
  repeats_.erase(repeats_.begin() + static_cast<std::ptrdiff_t>(at_best));
  best->stands = place::nowhere;
  return take(where, *best, now);
}

/// The first of those beyond a host's budget, if it has earned it meanwhile.
std::optional<send_queue::order> send_queue::next_affordable(time_point now) {
  if (repeats_.empty())
    return std::nullopt;
  const auto where = repeats_.front();
  const auto found = groups_.find(where);
  if (found == groups_.end() || found->second.stands != place::repeats ||
      found->second.now != phase::waiting || !found->second.how.counted ||
      !pay(where, found->second, now))
    return std::nullopt;
  repeats_.pop_front();
  found->second.stands = place::nowhere;
  return take(where, found->second, now);
}

std::optional<send_queue::order> send_queue::next(
    time_point now, bool take_bulk,
    const std::function<bool(const group_address&)>& is_ripe) {
  bring_due(now);
  if (auto found = next_urgent(now))
    return found;
  if (auto found = next_affordable(now))
    return found;
  if (take_bulk && bulk_since_repeat_ + 1 >= options_.repeat_share)
    if (auto found = next_repeat(now, is_ripe))
      return found;
  bool is_new_waiting = false;
  if (auto found = next_bulk(now, take_bulk, is_ripe, is_new_waiting))
    return found;
  const bool is_quiet = new_at_ == time_point::min() ||
                        now - new_at_ >= options_.quiet ||
                        budget_.is_one(now);
  if (take_bulk && !is_new_waiting && is_quiet)
    return next_repeat(now, is_ripe);
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
  serve_latecomers(state, now);
  if (!state.again)
    return;
  state.again = false;
  wait_for(state, state.again_for);
  enqueue(where, state, now);
}

bool send_queue::is_forgettable(const group_state& state, time_point now,
                                bool in_need) const noexcept {
  if (state.now != phase::idle || state.stands != place::nowhere ||
      state.due > now || now - state.sent_at < echo_of(state))
    return false;
  return in_need || !state.how.bulk || state.served.empty() ||
         now - state.sent_at >= options_.repeat_memory;
}

void send_queue::expire(time_point now) {
  budget_.expire(now);
  std::erase_if(in_vain_,
                [&](const auto& item) { return item.second <= now; });
  std::erase_if(groups_, [&](const auto& item) {
    return is_forgettable(item.second, now, false);
  });
}

} // namespace troupe
