// SPDX-License-Identifier: BSD-3-Clause
#include "core/channel_key.hpp"

#include <string_view>

namespace troupe {

namespace {

std::string_view tag_of(channel_kind kind) noexcept {
  switch (kind) {
  case channel_kind::manifest:
    return "troupe/name";
  case channel_kind::leaves:
    return "troupe/leaf";
  case channel_kind::data:
    return "troupe/data";
  case channel_kind::sealed_manifest:
    return "troupe/seal";
  case channel_kind::repair:
    break;
  }
  return "troupe/mend";
}

} // namespace

hash channel_id_of(channel_kind kind, const hash& node,
                   std::uint32_t index) noexcept {
  const auto tag = tag_of(kind);
  hash id = node;
  for (std::size_t i = 0; i < channel_node_bytes; ++i)
    id.bytes[i] ^= static_cast<std::byte>(tag[i]);
  for (std::size_t i = channel_node_bytes; i < channel_key_bytes; ++i)
    id.bytes[i] =
        static_cast<std::byte>(index >> 8 * (channel_key_bytes - 1 - i));
  return id;
}

channel_name read_channel_key(channel_kind kind,
                              std::span<const std::byte> key) noexcept {
  const auto tag = tag_of(kind);
  channel_name name;
  for (std::size_t i = 0; i < channel_node_bytes; ++i)
    name.node[i] = key[i] ^ static_cast<std::byte>(tag[i]);
  for (std::size_t i = channel_node_bytes; i < channel_key_bytes; ++i)
    name.index = name.index << 8 | std::to_integer<std::uint32_t>(key[i]);
  return name;
}

} // namespace troupe
