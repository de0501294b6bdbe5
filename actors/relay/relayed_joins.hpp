// SPDX-License-Identifier: BSD-3-Clause
// What relays tell a sharer, as bytes and as a value. No network, no actors.
#pragma once

#include "core/errc.hpp"
#include "transport/mld.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace troupe {

inline constexpr std::uint32_t relay_protocol = 1;

/// Most records of a message between nodes, 33 bytes each.
inline constexpr std::size_t max_relayed_records = 1024;
/// Memberships (a host in a group) that one relay can have at a time.
inline constexpr std::size_t max_relayed_joins = 16384;

/// Records as text that CAF carries: 1 byte (1 wanted, 0 done), 16 of the
/// group, 16 of the reporter. Precondition: at most max_relayed_records.
std::string write_relayed(std::span<const group_change> changes);

/// The same read, as heard on `interface_index`. Errors: invalid_argument for
/// another length, more records, an unknown first byte, or what is no
/// multicast group beyond the link.
expected<std::vector<group_change>>
read_relayed(const std::string& text, std::uint32_t interface_index);

/// The memberships that one relay has told of. Used on one thread.
class relayed_joins {
public:
  /// Removes from `changes` joins beyond max_relayed_joins, remembers the
  /// others, forgets those that are left. Returns how many were removed.
  std::size_t take(std::vector<group_change>& changes);

  /// A leave for each that is there, which are none then.
  std::vector<group_change> forget();

  std::size_t size() const noexcept { return all_.size(); }

private:
  /// Group and reporter, and the interface.
  std::map<std::pair<group_address, ip6_address>, std::uint32_t> all_;
};

} // namespace troupe
