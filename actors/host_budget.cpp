// SPDX-License-Identifier: BSD-3-Clause
#include "actors/host_budget.hpp"

#include <algorithm>

namespace troupe {

void host_budget::asked(const ip6_address& who, time_point now) noexcept {
  if (last_[0].who != who || last_[0].at == time_point::min())
    last_[1] = last_[0];
  last_[0] = {who, now};
}

bool host_budget::is_alone(const ip6_address& who,
                           time_point now) const noexcept {
  return std::none_of(last_.begin(), last_.end(), [&](const auto& each) {
    return each.at != time_point::min() && each.who != who &&
           now - each.at < options_.active;
  });
}

std::uint64_t host_budget::left_of(const account& of) const noexcept {
  return std::min(options_.burst_bytes,
                  of.left_bytes +
                      (total_bytes_ - of.at_bytes) / options_.share);
}

bool host_budget::has(const ip6_address& who,
                      std::uint64_t bytes) const noexcept {
  const auto found = accounts_.find(who);
  return found == accounts_.end()
             ? accounts_.size() < options_.max_hosts &&
                   bytes <= options_.burst_bytes
             : bytes <= left_of(found->second);
}

bool host_budget::take(const ip6_address& who, std::uint64_t bytes) {
  auto found = accounts_.find(who);
  if (found == accounts_.end()) {
    if (accounts_.size() >= options_.max_hosts)
      return false;
    found =
        accounts_.emplace(who, account{options_.burst_bytes, total_bytes_})
            .first;
  }
  auto& own = found->second;
  const auto left = left_of(own);
  if (left < bytes)
    return false; // as it is: what it gains is not rounded away
  own = {left - bytes, total_bytes_};
  return true;
}

void host_budget::expire() {
  std::erase_if(accounts_, [&](const auto& item) {
    return left_of(item.second) == options_.burst_bytes;
  });
}

} // namespace troupe
