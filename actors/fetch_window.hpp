// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/messages.hpp"

#include <unordered_map>
#include <vector>

namespace troupe {

struct fetch_window_options {
  std::uint32_t initial_units = 64;
  std::uint32_t min_units = 16;
  std::uint32_t max_units = 256;
  /// Silence after which a channel that never heard anything is asked for
  /// again, until a round trip was measured.
  std::chrono::nanoseconds first_wait = std::chrono::milliseconds{250};
  std::chrono::nanoseconds min_wait = std::chrono::milliseconds{60};
  std::chrono::nanoseconds max_wait = std::chrono::seconds{2};
  /// Silence after some symbols, when the transmission seems to be over.
  std::chrono::nanoseconds quiet = std::chrono::milliseconds{30};
};

/// How much may be on its way, and when a silent one is asked for again:
/// the whole retry and flow control policy of a sync. Pure; one thread; time
/// comes in.
///
/// A join is a credit. The window starts small, doubles each round trip while
/// all goes well, then grows by one unit a round trip, and shrinks by 30 % when
/// more than a tenth of the channels of an interval had to be repeated, or
/// when this host dropped packets. Single losses do not shrink it: FEC and one
/// repeated join mend them.
class fetch_window {
public:
  explicit fetch_window(fetch_window_options options = {});

  /// Units that may be on their way now: chunks, or small objects.
  std::uint32_t capacity() const noexcept;
  /// Units of the channels that are open.
  std::uint64_t open_units() const noexcept { return open_units_; }

  void opened(channel_id channel, time_point now, std::uint32_t units = 1);
  /// Symbols came for it.
  void heard(channel_id channel, time_point now);
  /// It is complete, or no longer wanted.
  void closed(channel_id channel, time_point now);
  /// Must be asked for at once: what came was wrong.
  void rejected(channel_id channel, time_point now);
  /// No channel that hears something is asked for again sooner than that.
  void be_patient(std::chrono::nanoseconds least) noexcept {
    least_wait_ = least;
  }
  /// This host's kernel dropped packets since the last call.
  void dropped_here(time_point now);

  /// Channels whose time is up. Their next deadline is set further away.
  std::vector<channel_id> take_silent(time_point now);

  /// Smoothed time from a join to its first symbol; zero until measured.
  std::chrono::nanoseconds round_trip() const noexcept { return srtt_; }

private:
  struct channel_state {
    std::uint32_t units = 1;
    time_point asked{0};
    time_point heard{0};
    std::uint32_t repeats = 0;
    bool anything = false; ///< since it was asked for last
  };
  std::chrono::nanoseconds wait_of(const channel_state& channel) const;
  void shrink(time_point now);

  fetch_window_options options_;
  double capacity_;
  bool slow_start_ = true;
  std::unordered_map<channel_id, channel_state> channels_;
  std::uint64_t open_units_ = 0;
  std::chrono::nanoseconds srtt_{0};
  std::chrono::nanoseconds rttvar_{0};
  std::chrono::nanoseconds least_wait_{0};
  std::chrono::nanoseconds gap_{0}; ///< smoothed, between batches of a channel
  // The interval over which repeats are counted.
  time_point interval_start_{0};
  std::uint32_t interval_closed_ = 0;
  std::uint32_t interval_repeats_ = 0;
};

} // namespace troupe
