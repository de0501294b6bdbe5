// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/group_address.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace troupe {

/// What a report says of one group.
enum class membership : std::uint8_t {
  wanted, ///< MODE_IS_EXCLUDE, CHANGE_TO_EXCLUDE, ALLOW_NEW_SOURCES, v1 report
  done,   ///< CHANGE_TO_INCLUDE, MODE_IS_INCLUDE, v1 done
};

/// One record of a report that a sharer may answer.
struct group_change {
  group_address group;
  ip6_address reporter;              ///< source address of the report
  std::uint32_t interface_index = 0; ///< where it was heard
  membership change = membership::wanted;
};

/// Most records of an own report: 8 + 20 * 70 bytes fit a 1500-byte link.
inline constexpr std::size_t max_report_records = 70;

/// Reads an MLDv1 (RFC 2710) or MLDv2 (RFC 3810) message, starting at the
/// ICMPv6 type, and appends what it says of multicast groups. Every record
/// type; auxiliary data and source lists are stepped over by their own
/// lengths. Link-scope groups (ff02) and unknown types are passed over.
/// False when the message breaks its format; what was read before stays.
bool parse_report(std::span<const std::byte> message,
                  const ip6_address& reporter, std::uint32_t interface_index,
                  std::vector<group_change>& out);

/// An MLDv2 report of state changes (RFC 3810 5.2), checksum zero: `done`
/// becomes CHANGE_TO_INCLUDE, `wanted` CHANGE_TO_EXCLUDE, no sources.
/// Precondition: changes.size() <= max_report_records.
std::vector<std::byte> make_report(std::span<const group_change> changes);

/// An MLDv2 General Query (RFC 3810 5.1): address ::, QRV 2.
/// `max_response_ms` 0..32767.
std::vector<std::byte> make_general_query(std::uint16_t max_response_ms);

} // namespace troupe
