// SPDX-License-Identifier: BSD-3-Clause
// Who behind a router is in which group: the part of a router that needs no
// network (RFC 3810 7, with a list of the members of each group).
#pragma once

#include "transport/mld.hpp"

#include <chrono>
#include <map>
#include <vector>

namespace troupe::lab {

/// A group, and the links where it has members, as bits; 0: nowhere.
struct group_route {
  group_address group;
  std::uint32_t links = 0;
  bool was_left = false; ///< meanwhile by all who were in it
  bool operator==(const group_route&) const = default;
};

/// Members by group and link. One that is not heard of for `lifetime` is gone,
/// and so is one that says so, at once, since all members are known. A group
/// with more members than it remembers is kept for a lifetime after the last
/// of them. Memory: about 100 bytes for each member, and as much for each
/// group. Used on one thread.
class membership_table {
public:
  using time = std::chrono::nanoseconds; ///< since any beginning

  static constexpr time lifetime = std::chrono::seconds{45};
  static constexpr std::size_t most_members = 64; ///< of a group, by name

  explicit membership_table(std::size_t most_groups = 4096)
      : most_groups_{most_groups} {}

  /// A record of a report on link 1..31. Groups beyond the bound are not
  /// taken, and counted.
  void hear(std::uint32_t link, const group_change& what, time now);

  void expire(time now);

  /// Groups whose links are others than when they were told last, or that
  /// had no members for a moment.
  std::vector<group_route> take_changes();

  /// All groups that have members.
  std::vector<group_route> all() const;

  std::uint64_t refused() const noexcept { return refused_; }

private:
  struct member {
    ip6_address who; ///< ::, somebody
    std::uint32_t link = 0;
    time until{0};
  };
  struct entry {
    std::vector<member> members;
    std::uint32_t told = 0; ///< links
    bool was_left = false;
  };
  static std::uint32_t links_of(const entry& one) noexcept;

  std::size_t most_groups_;
  std::map<group_address, entry> groups_;
  std::vector<group_address> touched_;
  std::uint64_t refused_ = 0;
};

} // namespace troupe::lab
