// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace troupe {

/// What the channels of the range protocol carry (docs/wire-format.md,
/// "Range channels").
enum class channel_kind : std::uint8_t {
  manifest, ///< of the object behind a name's or a tree's hash
  leaves,   ///< leaf hashes of a subtree
  data,     ///< source symbols of a subtree's content
  repair,   ///< repair symbols of it
  sealed_manifest, ///< a manifest of an encrypted share
};

/// Bytes of a hash that a group address carries.
inline constexpr std::size_t channel_key_bytes = 14;
/// Of them, those that name a node in the range protocol.
inline constexpr std::size_t channel_node_bytes = 11;
/// Channels of one kind that a node has at most.
inline constexpr std::uint32_t channel_index_max = (1u << 24) - 1;

/// The value that a range channel's group address is made from: the first 11
/// bytes of `node` combined with the kind by exclusive or, then `index` in
/// three bytes, most significant first, then the rest of `node`. Its own
/// inverse in `node` but for the three bytes. Pure.
hash channel_id_of(channel_kind kind, const hash& node,
                   std::uint32_t index = 0) noexcept;

/// A group's key, read as a channel of `kind`: all keys can be.
struct channel_name {
  std::array<std::byte, channel_node_bytes> node{}; ///< how its hash begins
  std::uint32_t index = 0;
};
/// Precondition: key.size() >= channel_key_bytes.
channel_name read_channel_key(channel_kind kind,
                              std::span<const std::byte> key) noexcept;

} // namespace troupe
