// SPDX-License-Identifier: BSD-3-Clause
#include "actors/audience.hpp"

#include "core/subtree.hpp"

#include <algorithm>

namespace troupe {

audience::member* audience::find_or_add(const ip6_address& who) {
  const auto found = members_.find(who);
  if (found != members_.end())
    return &found->second;
  if (members_.size() >= options_.max_members)
    return nullptr;
  return &members_[who];
}

void audience::arrived(const ip6_address& who, time_point now) {
  if (auto* one = find_or_add(who)) {
    one->arrived = now;
    one->prepares = true;
  }
}

void audience::asked(const ip6_address& who, const source* of,
                     std::uint64_t offset, time_point now) {
  if (auto* one = find_or_add(who)) {
    one->prepares = false;
    one->of = of;
    one->offset = offset;
    one->asked = now;
  }
}

void audience::sending(std::uint64_t offset, std::uint32_t tag,
                       time_point now) {
  constexpr auto range_bytes = std::uint64_t{range_chunks} * chunk_bytes;
  last_ = {static_cast<std::uint32_t>(offset / range_bytes), tag};
  last_sent_ = now;
}

std::optional<range_position> audience::position(time_point now) const {
  if (last_sent_ == time_point::min() || now - last_sent_ > options_.memory)
    return std::nullopt;
  return last_;
}

bool audience::may_grow(const source* of, std::uint64_t offset,
                        time_point now) const {
  return std::any_of(
      members_.begin(), members_.end(), [&](const auto& item) {
        const member& one = item.second;
        if (one.arrived != time_point{0} &&
            now - one.arrived < options_.arrival_gap)
          return true;
        if (one.prepares)
          return now - one.arrived < options_.preparation;
        return one.of == of && now - one.asked < options_.memory &&
               one.offset < offset &&
               offset - one.offset <= options_.reach_bytes;
      });
}

void audience::expire(time_point now) {
  const auto longest = std::max(options_.memory, options_.preparation);
  std::erase_if(members_, [&](const auto& item) {
    return now - std::max(item.second.arrived, item.second.asked) > longest;
  });
}

} // namespace troupe
