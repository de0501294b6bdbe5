// SPDX-License-Identifier: BSD-3-Clause
#include "actors/announcements.hpp"

#include <algorithm>

namespace troupe {

void announcements::asked(const group_address& address,
                          std::uint32_t interface_index, const blob& manifest,
                          time_point now) {
  const auto known =
      std::find_if(groups_.begin(), groups_.end(), [&](const auto& one) {
        return one.where.address == address &&
               one.where.interface_index == interface_index;
      });
  if (known != groups_.end()) {
    known->asked = now; // what it was last seen as stays
    return;
  }
  if (groups_.size() == most_groups)
    groups_.erase(std::min_element(
        groups_.begin(), groups_.end(),
        [](const auto& a, const auto& b) { return a.asked < b.asked; }));
  groups_.push_back({{address, interface_index}, manifest, now, 0});
}

std::vector<announcements::group> announcements::due(
    time_point now, const std::function<blob(const group_address&)>& current) {
  std::erase_if(groups_, [now](const auto& one) {
    return now - one.asked > memory;
  });
  std::vector<group> result;
  for (auto& one : groups_) {
    auto there = current(one.where.address);
    if (there.empty())
      continue; // between two versions, or for good
    if (there.view().data() != one.manifest.view().data()) {
      one.manifest = std::move(there);
      one.to_send = repeats;
    }
    if (one.to_send > 0) {
      --one.to_send;
      result.push_back(one.where);
    }
  }
  return result;
}

} // namespace troupe
