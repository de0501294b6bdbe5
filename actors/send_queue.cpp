// SPDX-License-Identifier: BSD-3-Clause
#include "actors/send_queue.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

namespace {

/// How often room is looked for when there is none: it takes a walk.
constexpr std::chrono::milliseconds between_sweeps{10};
/// Bulk that is smaller than that may follow sooner.
constexpr std::uint64_t bytes_an_interval = 1 << 20;

} // namespace

// -- who waits ----------------------------------------------------------------

std::chrono::nanoseconds
send_queue::interval_of(const group_state& state) const noexcept {
  if (!state.how.bulk)
    return options_.interval;
  const auto part =
      options_.bulk_interval *
      static_cast<std::int64_t>(std::min(state.how.bytes, bytes_an_interval)) /
      static_cast<std::int64_t>(bytes_an_interval);
  return std::clamp(part, options_.interval, options_.bulk_interval);
}

time_point send_queue::allowed_at(const group_state& state) const noexcept {
  // Those who come one after the other share what is sent, the more so the
  // more of them there are, and long before the burst is used up.
  const auto interval = interval_of(state);
  const auto owed = std::max(state.due - state.sent_at, interval * 0);
  const auto in_a_row =
      (owed + interval - std::chrono::nanoseconds{1}) / interval;
  const auto gap =
      std::min(in_a_row * in_a_row * options_.least_gap, interval);
  const auto burst = state.how.bulk ? options_.bulk_burst : options_.burst;
  return std::max(state.due - (burst - 1) * interval,
                  state.sent_at + gap);
}

bool send_queue::is_repeat(const group_state& state, time_point now) const {
  return state.how.bulk && !state.served.empty() &&
         now - state.sent_at < options_.repeat_memory &&
         state.reporters.size() < max_reporters && // else there may be more
         std::all_of(state.reporters.begin(), state.reporters.end(),
                     [&](const auto& each) {
                       return contains(state.served, each);
                     });
}

void send_queue::stand(const key& where, group_state& state) {
  switch (state.stands) {
  case place::urgent:
    return urgent_.push_back(where);
  case place::repeats:
    return repeats_.push_back(where);
  default:
    state.stands = place::order;
    return order_.push_back(where);
  }
}

/// Where a group begins to wait.
send_queue::place send_queue::place_of(const group_state& state,
                                       time_point now) const {
  if (state.how.urgent)
    return place::urgent;
  return is_repeat(state, now) ? place::repeats : place::order;
}

const send_queue::group_state*
send_queue::followed(const key& where, const group_state& state) const {
  if (!state.how.follows)
    return nullptr;
  const auto found = groups_.find({*state.how.follows, where.interface_index});
  return found == groups_.end() ? nullptr : &found->second;
}

/// Whether most of those want it who were sent what it mends: then it is no
/// more for one of them than for the others. As much as was sent, at most.
bool send_queue::is_common(const key& where, const group_state& state) const {
  const auto* data = followed(where, state);
  if (data == nullptr ||
      data->mended_bytes + state.how.bytes > data->how.bytes)
    return false;
  const auto wanting =
      std::count_if(data->served.begin(), data->served.end(),
                    [&](const auto& each) {
                      return contains(state.reporters, each);
                    });
  return static_cast<std::size_t>(wanting) * 2 > data->served.size();
}

bool send_queue::may_promote(const key& where, const group_state& state,
                             const ip6_address& who, time_point now) const {
  return !state.how.counted || is_common(where, state) ||
         budget_.has(who, state.how.bytes) || budget_.is_alone(who, now);
}

/// Puts a group that is urgent on somebody's account, unless it is common.
/// False if none of those who ask for it may have it before what is new for
/// others.
bool send_queue::pay(const key& where, const group_state& state,
                     time_point now) {
  if (!state.how.counted || budget_.is_alone(*state.asker, now))
    return true;
  if (is_common(where, state)) {
    groups_.find({*state.how.follows, where.interface_index})
        ->second.mended_bytes += state.how.bytes;
    return true;
  }
  return std::any_of(
      state.reporters.begin(), state.reporters.end(),
      [&](const auto& each) { return budget_.take(each, state.how.bytes, now); });
}

void send_queue::put_off(const key& where, group_state& state) {
  auto& own = waiting_of_[*state.asker];
  if (own.over_budget >= options_.max_over_budget_each) {
    state.now = phase::idle;
    state.stands = place::nowhere;
    return stop_waiting(state);
  }
  state.over_budget = true;
  ++own.over_budget;
  state.stands = place::repeats;
  stand(where, state);
}

void send_queue::enqueue(const key& where, group_state& state,
                         time_point now) {
  state.now = phase::waiting;
  ++waiting_;
  if (state.stands == place::repeats && state.how.urgent) {
    if (may_promote(where, state, *state.asker, now))
      return promote(where, state, place::urgent);
    state.over_budget = true;
    ++waiting_of_[*state.asker].over_budget;
  }
  if (state.stands != place::nowhere)
    return;
  if (const auto when = allowed_at(state); when > now) {
    state.stands = place::later;
    later_.emplace(when, where);
    return;
  }
  state.stands = place_of(state, now);
  if (state.stands != place::repeats && !was_served(state, now))
    new_at_ = now;
  stand(where, state);
}

/// Whether the one who asks had this a moment ago.
bool send_queue::was_served(const group_state& state, time_point now) const {
  return now - state.sent_at < options_.new_again && state.asker &&
         contains(state.served, *state.asker);
}

void send_queue::promote(const key& where, group_state& state, place to) {
  waiting_of_[*state.asker].over_budget -=
      std::exchange(state.over_budget, false);
  state.stands = to;
  stand(where, state); // the place among the repeats counts no more
}

void send_queue::bring_due(time_point now) {
  while (!later_.empty() && later_.begin()->first <= now) {
    const auto where = later_.begin()->second;
    later_.erase(later_.begin());
    const auto found = groups_.find(where);
    if (found == groups_.end() || found->second.stands != place::later)
      continue;
    auto& state = found->second;
    state.stands = place::nowhere;
    if (state.now != phase::waiting)
      continue;
    state.stands = place_of(state, now);
    stand(where, state);
  }
}

void send_queue::stop_waiting(group_state& state) {
  --waiting_;
  if (!state.asker)
    return;
  const auto found = waiting_of_.find(*state.asker);
  found->second.over_budget -= std::exchange(state.over_budget, false);
  if (--found->second.waiting == 0)
    waiting_of_.erase(found);
  state.asker.reset();
}

void send_queue::wait_for(group_state& state, const ip6_address& who) {
  state.asker = who;
  ++waiting_of_[who].waiting;
}

void send_queue::note_latecomer(group_state& state, const ip6_address& who,
                                time_point now) {
  const auto is_who = [&](const auto& each) { return each.first == who; };
  if (state.latecomers.size() < max_reporters &&
      std::none_of(state.latecomers.begin(), state.latecomers.end(), is_who))
    state.latecomers.emplace_back(who, now);
}

/// Who was there for the larger half has no reason to ask for all of it again.
void send_queue::serve_latecomers(group_state& state, time_point now) {
  const auto half_time = state.taken_at + (now - state.taken_at) / 2;
  for (const auto& [who, when] : state.latecomers)
    if (when <= half_time && !contains(state.served, who))
      state.served.push_back(who);
  state.latecomers.clear();
}

bool send_queue::make_room(time_point now) {
  if (groups_.size() < options_.max_groups)
    return true;
  if (made_room_at_ != time_point::min() &&
      now - made_room_at_ < between_sweeps)
    return false;
  made_room_at_ = now;
  std::erase_if(groups_, [&](const auto& item) {
    return is_forgettable(item.second, now, true);
  });
  return groups_.size() < options_.max_groups;
}

// -- requests -----------------------------------------------------------------

bool send_queue::wanted(const group_change& change, time_point now,
                        send_class how) {
  const key where{change.group, change.interface_index};
  budget_.asked(change.reporter, now);
  const auto own = waiting_of_.find(change.reporter);
  const bool may_ask =
      own == waiting_of_.end() ||
      (own->second.waiting < options_.max_waiting_each &&
       (!how.counted ||
        own->second.over_budget < options_.max_over_budget_each));
  auto found = groups_.find(where);
  if (found == groups_.end()) {
    if (!may_ask || !make_room(now))
      return false;
    found = groups_.try_emplace(where).first;
  }
  auto& state = found->second;
  state.how = how;
  if (how.follows)
    in_vain_.erase(change.reporter);
  const bool known = contains(state.reporters, change.reporter);
  if (!known && state.reporters.size() < max_reporters)
    state.reporters.push_back(change.reporter);
  switch (state.now) {
  case phase::waiting:
    if (state.stands != place::repeats)
      return false;
    if (state.how.urgent && !known &&
        may_promote(where, state, change.reporter, now))
      promote(where, state, place::urgent);
    else if (!state.how.urgent && !is_repeat(state, now))
      promote(where, state, place::order);
    return false;
  case phase::sending:
    if (how.bulk)
      note_latecomer(state, change.reporter, now);
    // Who asked for it before that began gets it, even if it left meanwhile.
    if (known || !how.repeat_for_latecomers ||
        (how.follows && contains(state.served, change.reporter)))
      return false;
    state.again = true;
    state.again_for = change.reporter;
    return true;
  case phase::idle:
    if (!may_ask || (known && now - state.sent_at < echo_of(state)))
      return false;
    break;
  }
  state.asked_at = now;
  wait_for(state, change.reporter);
  enqueue(where, state, now);
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
  const bool had_asked = std::erase(state.reporters, change.reporter) > 0;
  // Whoever comes and goes is not new each time.
  if (had_asked && state.how.bulk && state.left.size() < max_reporters &&
      !contains(state.left, change.reporter))
    state.left.push_back(change.reporter);
  if (!state.reporters.empty())
    return;
  state.again = false;
  if (state.now == phase::waiting) {
    state.now = phase::idle;
    stop_waiting(state);
  }
}

} // namespace troupe
