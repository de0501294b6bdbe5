// SPDX-License-Identifier: BSD-3-Clause
// Reads a capture of Ethernet frames with IPv6 in them.
#pragma once

#include "tests/transport/support.hpp"

#include <fstream>
#include <iterator>
#include <optional>

namespace troupe::test {

/// The frames of a little-endian pcap file of version 2.4.
inline std::vector<bytes> read_pcap(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  REQUIRE(file);
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto all = std::as_bytes(std::span{text});
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
      value = value << 8 | std::to_integer<std::uint32_t>(all[at + i]);
    return value;
  };
  REQUIRE(all.size() >= 24);
  REQUIRE(word(0) == 0xa1b2c3d4);
  REQUIRE(word(20) == 1); // Ethernet
  std::vector<bytes> frames;
  for (std::size_t at = 24; at < all.size();) {
    const std::size_t length = word(at + 8);
    REQUIRE(length <= all.size() - at - 16);
    const auto frame = all.subspan(at + 16, length);
    frames.emplace_back(frame.begin(), frame.end());
    at += 16 + length;
  }
  return frames;
}

/// An IPv6 datagram of a frame; a hop-by-hop header is stripped.
struct datagram {
  ip6_address from;
  ip6_address to;
  int hop_limit = 0;
  int protocol = 0;
  std::span<const std::byte> payload;
};

inline datagram read_datagram(const bytes& frame) {
  const auto at = [](std::span<const std::byte> in, std::size_t i) {
    return std::to_integer<int>(in[i]);
  };
  const auto ip = std::span{frame}.subspan(14);
  REQUIRE(at(frame, 12) << 8 == 0x8600);
  datagram d;
  std::memcpy(d.from.bytes.data(), ip.data() + 8, 16);
  std::memcpy(d.to.bytes.data(), ip.data() + 24, 16);
  d.hop_limit = at(ip, 7);
  d.protocol = at(ip, 6);
  d.payload =
      ip.subspan(40, static_cast<std::size_t>(at(ip, 4) << 8 | at(ip, 5)));
  if (d.protocol == 0) {
    d.protocol = at(d.payload, 0);
    d.payload = d.payload.subspan(8 + 8u * at(d.payload, 1));
  }
  return d;
}

} // namespace troupe::test
