// SPDX-License-Identifier: BSD-3-Clause
#include "transport/group_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace troupe {
namespace {

constexpr std::size_t key_offset = 2;
constexpr std::size_t key_bytes = 14;

} // namespace

group_address group_of(const hash& id, std::uint8_t flags) noexcept {
  group_address group;
  group.bytes[0] = 0xff;
  group.bytes[1] = flags;
  std::memcpy(group.bytes.data() + key_offset, id.bytes.data(), key_bytes);
  return group;
}

std::span<const std::byte> group_key(const group_address& group) noexcept {
  return std::as_bytes(std::span{group.bytes}).subspan(key_offset);
}

std::string to_string(const ip6_address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, address.bytes.data(), text, sizeof(text));
  return text;
}

std::optional<ip6_address> parse_ip6(const std::string& text) {
  // inet_pton would stop at an embedded NUL and accept what stands before it.
  if (text.find('\0') != std::string::npos)
    return std::nullopt;
  ip6_address address;
  if (inet_pton(AF_INET6, text.c_str(), address.bytes.data()) != 1)
    return std::nullopt;
  return address;
}

} // namespace troupe
