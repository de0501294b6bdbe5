// SPDX-License-Identifier: BSD-3-Clause
#include "actors/fetch_rate.hpp"

#include "core/chunking.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// Time whose bytes may come at once.
constexpr double burst_s = 0.1;

} // namespace

fetch_rate::fetch_rate(std::uint64_t bytes_per_s)
    : bytes_per_s_(
          static_cast<double>(std::max<std::uint64_t>(bytes_per_s, 1))),
      // Less than two chunks would be lost between two requests.
      most_credit_(std::max(bytes_per_s_ * burst_s, 2. * chunk_bytes)) {}

void fetch_rate::grow(time_point now) {
  if (has_begun_ && now > grown_)
    credit_ += bytes_per_s_ *
               std::chrono::duration<double>(now - grown_).count();
  credit_ = std::min(credit_, most_credit_);
  grown_ = has_begun_ ? std::max(grown_, now) : now;
  has_begun_ = true;
}

bool fetch_rate::ask(time_point now, std::uint64_t bytes) {
  const std::lock_guard guard{lock_};
  grow(now);
  if (credit_ <= 0)
    return false;
  credit_ -= static_cast<double>(bytes);
  return true;
}

void fetch_rate::settle(time_point now, std::uint64_t came,
                        std::int64_t closed) {
  const std::lock_guard guard{lock_};
  grow(now);
  credit_ += static_cast<double>(closed) - static_cast<double>(came);
}

bool fetch_rate::is_smooth_for(std::uint64_t bytes) const noexcept {
  return static_cast<double>(bytes) <= bytes_per_s_ * burst_s;
}

} // namespace troupe
