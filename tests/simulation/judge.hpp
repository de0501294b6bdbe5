// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/pacer.hpp"

#include <optional>
#include <string>

namespace troupe::test {

/// Remembers the first thing that broke, and when that was. One thread.
class judge {
public:
  struct ruling {
    std::uint64_t step = 0;
    time_point at{0};
    std::string what;
  };

  /// Sets the time of what may break next.
  void tell_time(std::uint64_t step, time_point at) noexcept {
    step_ = step;
    at_ = at;
  }
  void broke(std::string what) {
    if (!first_)
      first_ = {step_, at_, std::move(what)};
  }
  /// As broke(), if not `is_true`.
  void demand(bool is_true, const char* what) {
    if (!is_true)
      broke(what);
  }
  const std::optional<ruling>& first() const noexcept { return first_; }
  std::uint64_t step() const noexcept { return step_; }
  time_point at() const noexcept { return at_; }

private:
  std::uint64_t step_ = 0;
  time_point at_{0};
  std::optional<ruling> first_;
};

} // namespace troupe::test
