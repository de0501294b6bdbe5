// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace troupe {

/// An IPv6 address in network byte order. A value.
struct ip6_address {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const ip6_address&, const ip6_address&) = default;

  bool is_multicast() const noexcept { return bytes[0] == 0xff; }
};

/// A multicast group. Its low 14 bytes name an object.
using group_address = ip6_address;

/// UDP port of every channel, source and destination.
inline constexpr std::uint16_t channel_port = 4242;
/// Flags and scope byte of groups that Troupe joins: transient, global.
inline constexpr std::uint8_t default_group_flags = 0x1e;

/// ff, flags, then the first 14 bytes of `id`.
group_address group_of(const hash& id,
                       std::uint8_t flags = default_group_flags) noexcept;

/// The 14 bytes that name the object.
std::span<const std::byte> group_key(const group_address& group) noexcept;

/// RFC 5952 text.
std::string to_string(const ip6_address& address);
/// Reads any textual form that inet_pton reads.
std::optional<ip6_address> parse_ip6(const std::string& text);

} // namespace troupe

template <>
struct std::hash<troupe::ip6_address> {
  std::size_t operator()(const troupe::ip6_address& a) const noexcept {
    std::size_t tail = 0; // the flags differ least, so hash from byte 2 on
    std::memcpy(&tail, a.bytes.data() + 2, sizeof(tail));
    return tail;
  }
};
