// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <cstdint>

namespace troupe {

/// Time as transport sees it: handed in, never asked for.
using time_point = std::chrono::nanoseconds; ///< since an arbitrary start

/// A token bucket that says when a batch may leave. Pure; one thread.
class pacer {
public:
  /// `rate_bits_per_s` 0 means unlimited. The bucket holds `burst_bytes`.
  explicit pacer(std::uint64_t rate_bits_per_s = 0,
                 std::uint64_t burst_bytes = std::uint64_t{256} * 1024);

  /// Time to wait before the next batch may leave; zero: now.
  std::chrono::nanoseconds delay(time_point now) noexcept;

  /// Accounts for `bytes` that leave at `now`. The bucket may go below zero
  /// by one batch, which the next delay() makes up for.
  void spend(std::uint64_t bytes, time_point now) noexcept;

private:
  void refill(time_point now) noexcept;

  double bytes_per_ns_;
  double burst_bytes_;
  double tokens_;
  time_point last_{0};
};

} // namespace troupe
