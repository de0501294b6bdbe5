// SPDX-License-Identifier: BSD-3-Clause
#include "actors/join_listener.hpp"

#include "actors/die_quietly.hpp"

#include <unordered_map>

namespace troupe {

namespace {

struct subject {
  group_address group;
  ip6_address reporter;
  std::uint32_t interface_index = 0;
  bool operator==(const subject&) const = default;
};

struct subject_hash {
  std::size_t operator()(const subject& s) const noexcept {
    return std::hash<group_address>{}(s.group) ^
           std::hash<ip6_address>{}(s.reporter) * 31 ^ s.interface_index;
  }
};

} // namespace

std::vector<group_change> coalesce(std::vector<group_change> changes) {
  std::unordered_map<subject, membership, subject_hash> last;
  last.reserve(changes.size());
  std::erase_if(changes, [&](const group_change& change) {
    const auto [place, fresh] = last.try_emplace(
        {change.group, change.reporter, change.interface_index}, change.change);
    if (fresh)
      return false;
    return std::exchange(place->second, change.change) == change.change;
  });
  return changes;
}

join_listener_actor::behavior_type
join_listener(join_listener_actor::stateful_pointer<join_listener_state> self,
              share_supervisor_actor parent) {
  die_quietly(self);
  compat::state_of(self).parent = std::move(parent);
  return {
      [self](const reports_heard& msg) {
        auto changes = coalesce(msg.changes);
        if (!changes.empty()) // bounded: the credit of the port
          compat::send(self, compat::state_of(self).parent,
                       groups_changed{std::move(changes), msg.credit});
      },
  };
}

} // namespace troupe
