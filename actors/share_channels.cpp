// SPDX-License-Identifier: BSD-3-Clause
#include "actors/share_channels.hpp"

#include "core/channel_key.hpp"
#include "transport/range_packet.hpp"

namespace troupe {

namespace {

std::uint32_t tag_of(const channel_name& name) {
  hash node;
  std::copy(name.node.begin(), name.node.end(), node.bytes.begin());
  return range_tag(node);
}

/// The entry of an inner node, or the chunk with that hash.
std::optional<object_directory::found>
find_range(const object_directory& index, const channel_name& name) {
  hash node;
  std::copy(name.node.begin(), name.node.end(), node.bytes.begin());
  const auto id = channel_id_of(channel_kind::data, node);
  auto found = index.find(std::span{id.bytes}.first(channel_key_bytes));
  if (found && std::holds_alternative<indexed_range>(found->entry))
    return found;
  found = index.find(name.node);
  if (found && std::holds_alternative<indexed_chunk>(found->entry))
    return found;
  return std::nullopt;
}

} // namespace

std::optional<shared_channel> find_channel(const object_directory& index,
                                           const group_address& group) {
  const auto key = group_key(group);
  if (auto found = index.find(key);
      found && !std::holds_alternative<indexed_range>(found->entry))
    return shared_channel{shared_channel::content::classic, std::move(*found),
                          0, 0};
  if (index.range_symbol_bytes() == 0)
    return std::nullopt;
  const auto data = read_channel_key(channel_kind::data, key);
  if (data.index == 0)
    if (auto found = find_range(index, data))
      return shared_channel{shared_channel::content::data, std::move(*found),
                            tag_of(data), 0};
  const auto repair = read_channel_key(channel_kind::repair, key);
  if (repair.index < repair_channels)
    if (auto found = find_range(index, repair))
      return shared_channel{shared_channel::content::repair, std::move(*found),
                            tag_of(repair), repair.index};
  return std::nullopt;
}

} // namespace troupe
