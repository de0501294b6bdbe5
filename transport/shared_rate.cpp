// SPDX-License-Identifier: BSD-3-Clause
#include "transport/shared_rate.hpp"

#include <algorithm>

namespace troupe {

namespace {

using namespace std::chrono_literals;

/// Longer than the pauses of a sender that waits for the pacer or its disk,
/// short enough that nothing is left unused for long.
constexpr auto memory = 50ms;

} // namespace

void shared_rate::set(std::uint64_t bits_per_s) {
  const std::lock_guard guard{lock_};
  bits_per_s_ = bits_per_s;
}

std::uint64_t shared_rate::bits_per_s() const {
  const std::lock_guard guard{lock_};
  return bits_per_s_;
}

shared_rate::place::place(shared_rate& of) : of_(of) {
  const std::lock_guard guard{of_.lock_};
  in_use_until_ = of_.places_.insert(of_.places_.end(), time_point::min());
}

shared_rate::place::~place() {
  const std::lock_guard guard{of_.lock_};
  of_.places_.erase(in_use_until_);
}

std::uint64_t shared_rate::place::use(time_point now) {
  const std::lock_guard guard{of_.lock_};
  *in_use_until_ = now + memory;
  if (of_.bits_per_s_ == 0)
    return 0;
  const auto sending =
      std::count_if(of_.places_.begin(), of_.places_.end(),
                    [&](time_point until) { return now < until; });
  return std::max<std::uint64_t>(
      1, of_.bits_per_s_ / static_cast<std::uint64_t>(sending));
}

void shared_rate::place::wait(time_point until) {
  const std::lock_guard guard{of_.lock_};
  *in_use_until_ = until + memory;
}

} // namespace troupe
