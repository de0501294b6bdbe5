// SPDX-License-Identifier: BSD-3-Clause
#include "lab/membership_table.hpp"

#include <algorithm>
#include <utility>

namespace troupe::lab {

std::uint32_t membership_table::links_of(const entry& one) noexcept {
  std::uint32_t links = 0;
  for (const auto& each : one.members)
    links |= 1u << each.link;
  return links;
}

void membership_table::hear(std::uint32_t link, const group_change& what,
                            time now) {
  auto found = groups_.find(what.group);
  const auto is_of = [link](const member& one, const ip6_address& who) {
    return one.link == link && one.who == who;
  };
  if (what.change == membership::done) {
    if (found == groups_.end())
      return;
    if (std::erase_if(found->second.members, [&](const member& one) {
          return is_of(one, what.reporter);
        }) > 0) {
      found->second.was_left |= found->second.members.empty();
      touched_.push_back(what.group);
    }
    return;
  }
  if (found == groups_.end()) {
    if (groups_.size() >= most_groups_) {
      ++refused_;
      return;
    }
    found = groups_.try_emplace(what.group).first;
  }
  auto& members = found->second.members;
  const auto place = [&](const ip6_address& who) {
    return std::find_if(members.begin(), members.end(),
                        [&](const member& one) { return is_of(one, who); });
  };
  auto known = place(what.reporter);
  if (known == members.end() && members.size() >= most_members) {
    known = place(ip6_address{});
    if (known == members.end())
      known = members.insert(members.end(), {ip6_address{}, link, now});
  } else if (known == members.end()) {
    known = members.insert(members.end(), {what.reporter, link, now});
  }
  known->until = now + lifetime;
  touched_.push_back(what.group);
}

void membership_table::expire(time now) {
  for (auto& [group, one] : groups_)
    if (std::erase_if(one.members, [now](const member& each) {
          return each.until <= now;
        }) > 0)
      touched_.push_back(group);
}

std::vector<group_route> membership_table::take_changes() {
  std::vector<group_route> changes;
  for (const auto& group : touched_) {
    const auto found = groups_.find(group);
    if (found == groups_.end())
      continue;
    auto& one = found->second;
    const auto links = links_of(one);
    const bool was_left = std::exchange(one.was_left, false) && one.told != 0;
    if (links != one.told || was_left)
      changes.push_back({group, links, was_left});
    one.told = links;
    if (links == 0)
      groups_.erase(found);
  }
  touched_.clear();
  return changes;
}

std::vector<group_route> membership_table::all() const {
  std::vector<group_route> all;
  for (const auto& [group, one] : groups_)
    if (const auto links = links_of(one); links != 0)
      all.push_back({group, links});
  return all;
}

} // namespace troupe::lab
