// SPDX-License-Identifier: BSD-3-Clause
// Requests for tests of who is sent what.
#pragma once

#include "actors/send_queue.hpp"

namespace troupe::test {

inline group_change from(std::uint8_t host, std::uint8_t group,
                         std::uint32_t interface_index = 1) {
  group_change change;
  change.group.bytes = {0xff, 0x1e, group};
  change.reporter.bytes = {0xfe, 0x80};
  change.reporter.bytes[15] = host;
  change.interface_index = interface_index;
  return change;
}

inline constexpr send_class urgent{.urgent = true};
/// As the data of a range.
inline constexpr send_class bulk{.repeat_for_latecomers = false, .bulk = true,
                                 .bytes = 1 << 20};

inline bool ripe(const group_address&) { return true; }
inline bool unripe(const group_address&) { return false; }

} // namespace troupe::test
