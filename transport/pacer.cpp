// SPDX-License-Identifier: BSD-3-Clause
#include "transport/pacer.hpp"

#include <algorithm>
#include <cmath>

namespace troupe {

pacer::pacer(std::uint64_t rate_bits_per_s, std::uint64_t burst_bytes)
    : bytes_per_ns_(static_cast<double>(rate_bits_per_s) / 8e9),
      burst_bytes_(static_cast<double>(burst_bytes)), tokens_(burst_bytes_) {}

std::chrono::nanoseconds pacer::delay(time_point now) noexcept {
  using std::chrono::nanoseconds;
  if (bytes_per_ns_ <= 0)
    return nanoseconds{0};
  refill(now);
  if (tokens_ >= 0)
    return nanoseconds{0};
  // A debt of hours still fits the type, and nobody waits longer than that.
  constexpr double longest_ns = 1e15;
  const double wait = std::ceil(-tokens_ / bytes_per_ns_);
  return nanoseconds{static_cast<std::int64_t>(std::min(wait, longest_ns))};
}

void pacer::spend(std::uint64_t bytes, time_point now) noexcept {
  if (bytes_per_ns_ <= 0)
    return;
  refill(now);
  tokens_ -= static_cast<double>(bytes);
}

void pacer::refill(time_point now) noexcept {
  if (now <= last_)
    return;
  const auto passed = static_cast<double>((now - last_).count());
  tokens_ = std::min(burst_bytes_, tokens_ + passed * bytes_per_ns_);
  last_ = now;
}

} // namespace troupe
