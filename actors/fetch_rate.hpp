// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/pacer.hpp"

#include <cstdint>
#include <mutex>

namespace troupe {

/// How much a receiver asks for, so that in the long run no more comes than it
/// wants: what a sharer sends it can only bound by its requests. The parts of
/// one sync have it in common. Any thread; does not block. Time comes in.
///
/// What is asked for is taken from a credit that grows with time; once it has
/// come, what really came over the wire counts instead, repair and headers
/// included.
class fetch_rate {
public:
  /// `bytes_per_s` of UDP payload, not 0.
  explicit fetch_rate(std::uint64_t bytes_per_s);

  /// Whether `bytes` may be asked for now; then they are accounted for. The
  /// credit may become negative by that: later requests wait for it.
  bool ask(time_point now, std::uint64_t bytes);

  /// `came` bytes were received, and `closed` bytes of what was asked for are
  /// not on their way any more (negative: more are than it seemed).
  void settle(time_point now, std::uint64_t came, std::int64_t closed);

  /// Whether requests for `bytes` are small enough to keep the rate even over
  /// a tenth of a second.
  bool is_smooth_for(std::uint64_t bytes) const noexcept;

private:
  void grow(time_point now);

  double bytes_per_s_;
  double most_credit_;
  std::mutex lock_;
  double credit_ = 1; ///< bytes; the first request goes at once
  time_point grown_{0};
  bool has_begun_ = false;
};

} // namespace troupe
