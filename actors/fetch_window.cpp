// SPDX-License-Identifier: BSD-3-Clause
#include "actors/fetch_window.hpp"

#include <algorithm>

namespace troupe {

using namespace std::chrono_literals;

namespace {

constexpr auto interval = 100ms;
constexpr double shrink_factor = 0.7;

} // namespace

fetch_window::fetch_window(fetch_window_options options)
    : options_(options), capacity_(std::min(options.initial_units,
                                            options.max_units)) {}

std::uint32_t fetch_window::capacity() const noexcept {
  return static_cast<std::uint32_t>(capacity_);
}

void fetch_window::opened(channel_id channel, time_point now,
                          std::uint32_t units) {
  channels_[channel] = {units, now, now, 0, false};
  open_units_ += units;
}

void fetch_window::heard(channel_id channel, time_point now) {
  const auto found = channels_.find(channel);
  if (found == channels_.end())
    return;
  auto& state = found->second;
  if (state.anything) {
    gap_ += (now - state.heard - gap_) / 16;
  } else if (state.repeats == 0) {
    // As TCP does it: an answer to a repeated request measures nothing.
    const auto sample = now - state.asked;
    if (srtt_ == 0ns) {
      srtt_ = sample;
      rttvar_ = sample / 2;
    } else {
      const auto off = sample > srtt_ ? sample - srtt_ : srtt_ - sample;
      rttvar_ += (off - rttvar_) / 4;
      srtt_ += (sample - srtt_) / 8;
    }
  }
  state.anything = true;
  state.heard = now;
}

void fetch_window::closed(channel_id channel, time_point now) {
  heard(channel, now);
  const auto found = channels_.find(channel);
  if (found == channels_.end())
    return;
  const double units = found->second.units;
  open_units_ -= found->second.units;
  channels_.erase(found);
  ++interval_closed_;
  capacity_ += slow_start_ ? units : units * units / capacity_;
  capacity_ = std::min<double>(capacity_, options_.max_units);
}

void fetch_window::rejected(channel_id channel, time_point now) {
  const auto found = channels_.find(channel);
  if (found == channels_.end())
    return;
  // What came first may still be on its way a second time: wait a little.
  found->second.heard = now;
  found->second.anything = true;
}

void fetch_window::dropped_here(time_point now) { shrink(now); }

std::chrono::nanoseconds
fetch_window::wait_of(const channel_state& channel) const {
  auto wait = options_.first_wait;
  if (channel.anything)
    wait = std::max(options_.quiet + 4 * gap_, least_wait_);
  else if (srtt_ != 0ns)
    wait = std::max(options_.min_wait, srtt_ + 4 * rttvar_ + 20ms);
  for (std::uint32_t i = 0; i < channel.repeats && wait < options_.max_wait;
       ++i)
    wait *= 2;
  return std::min(wait, options_.max_wait);
}

std::vector<channel_id> fetch_window::take_silent(time_point now) {
  std::vector<channel_id> silent;
  for (auto& [id, state] : channels_) {
    const auto since = state.anything ? state.heard : state.asked;
    if (now - since < wait_of(state))
      continue;
    // Symbols came this time, so somebody sends: ask again without a longer
    // and longer wait. Silence backs off.
    state.repeats = state.anything ? std::min(state.repeats, 1u)
                                   : std::min(state.repeats + 1, 8u);
    state.repeats = std::max(state.repeats, 1u);
    state.anything = false;
    state.asked = now;
    silent.push_back(id);
  }
  // The order of a hash table must not reach the wire or a replayed schedule.
  std::sort(silent.begin(), silent.end());
  interval_repeats_ += static_cast<std::uint32_t>(silent.size());
  if (now - interval_start_ >= interval) {
    if (interval_repeats_ * 10 > interval_closed_ && interval_repeats_ > 4)
      shrink(now);
    interval_start_ = now;
    interval_closed_ = interval_repeats_ = 0;
  }
  return silent;
}

void fetch_window::shrink(time_point) {
  slow_start_ = false;
  capacity_ = std::max<double>(options_.min_units, capacity_ * shrink_factor);
}

} // namespace troupe
