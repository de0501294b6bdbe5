// SPDX-License-Identifier: BSD-3-Clause
#include "actors/host_budget.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// How often all hosts are looked at.
constexpr std::chrono::milliseconds between_looks{1};

} // namespace

void host_budget::asked(const ip6_address& who, time_point now) {
  if (last_[0].who != who || last_[0].at == time_point::min())
    last_[1] = last_[0];
  last_[0] = {who, now};
  if (const auto found = active_.find(who); found != active_.end())
    found->second = now;
  else if (active_.size() < options_.max_hosts)
    active_.emplace(who, now);
}

bool host_budget::is_alone(const ip6_address& who,
                           time_point now) const noexcept {
  return std::none_of(last_.begin(), last_.end(), [&](const auto& each) {
    return each.at != time_point::min() && each.who != who &&
           now - each.at < options_.active;
  });
}

std::uint64_t host_budget::left_of(const account& of,
                                   std::uint64_t share) const noexcept {
  return std::min(options_.burst_bytes,
                  of.left_bytes + (total_bytes_ - of.at_bytes) / share);
}

bool host_budget::is_everyone_short(std::uint64_t bytes, time_point now) {
  if (looked_at_ != time_point::min() && now - looked_at_ < between_looks)
    return were_short_;
  looked_at_ = now;
  // With more hosts than there is room for, who knows what the others have.
  were_short_ = !active_.empty() && active_.size() < options_.max_hosts &&
                std::all_of(active_.begin(), active_.end(),
                            [&](const auto& each) {
                              return now - each.second >= options_.active ||
                                     !has(each.first, bytes);
                            });
  return were_short_;
}

bool host_budget::has(const ip6_address& who,
                      std::uint64_t bytes) const noexcept {
  const auto found = accounts_.find(who);
  return found == accounts_.end()
             ? accounts_.size() < options_.max_hosts &&
                   bytes <= options_.burst_bytes
             : bytes <= left_of(found->second, options_.share);
}

bool host_budget::take(const ip6_address& who, std::uint64_t bytes,
                       time_point now) {
  auto found = accounts_.find(who);
  if (found == accounts_.end()) {
    if (accounts_.size() >= options_.max_hosts)
      return false;
    found =
        accounts_.emplace(who, account{options_.burst_bytes, total_bytes_})
            .first;
  }
  auto& own = found->second;
  auto left = left_of(own, options_.share);
  if (left < bytes && is_everyone_short(bytes, now))
    left = left_of(own, options_.share_of_short);
  if (left < bytes)
    return false; // as it is: what it gains is not rounded away
  own = {left - bytes, total_bytes_};
  return true;
}

void host_budget::expire(time_point now) {
  std::erase_if(accounts_, [&](const auto& item) {
    return left_of(item.second, options_.share) == options_.burst_bytes;
  });
  std::erase_if(active_, [&](const auto& item) {
    return now - item.second >= options_.active;
  });
}

} // namespace troupe
