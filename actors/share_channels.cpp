// SPDX-License-Identifier: BSD-3-Clause
#include "actors/share_channels.hpp"

#include "core/channel_key.hpp"
#include "core/manifest.hpp"
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

/// The data or repair channel that a key of 14 bytes names.
std::optional<shared_channel> find_symbols(const object_directory& index,
                                           std::span<const std::byte> key) {
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

bool holds_manifest(const object_directory::found& found) {
  const auto* whole = std::get_if<indexed_object>(&found.entry);
  return whole != nullptr && is_manifest(whole->bytes.view());
}

/// The manifest below a name, if the group is that of a sealed one.
std::optional<shared_channel>
find_sealed_manifest(const object_directory& index,
                     std::span<const std::byte> key) {
  const auto name = read_channel_key(channel_kind::sealed_manifest, key);
  hash node;
  std::copy(name.node.begin(), name.node.end(), node.bytes.begin());
  const auto id = channel_id_of(channel_kind::manifest, node);
  auto found = index.find(std::span{id.bytes}.first(channel_key_bytes));
  if (name.index != 0 || !found || !holds_manifest(*found))
    return std::nullopt;
  const auto as = found->id;
  return shared_channel{shared_channel::content::classic, std::move(*found), 0,
                        0, as};
}

} // namespace

std::uint32_t block_bytes_of(const index_entry& entry) {
  const auto* range = std::get_if<indexed_range>(&entry);
  return static_cast<std::uint32_t>(
      range != nullptr ? range->range.length
                       : std::get<indexed_chunk>(entry).range.length);
}

group_address data_group_of(const group_address& repair,
                            const range_seal* seal) {
  const auto key = group_key(repair);
  const auto name =
      seal != nullptr
          ? read_channel_key(channel_kind::repair, seal->unmask(key))
          : read_channel_key(channel_kind::repair, key);
  hash node;
  std::copy(name.node.begin(), name.node.end(), node.bytes.begin());
  auto id = channel_id_of(channel_kind::data, node);
  if (seal != nullptr)
    id = seal->mask(id);
  return group_of(id, repair.bytes[1]);
}

std::optional<shared_channel> find_channel(const object_directory& index,
                                           const group_address& group) {
  const auto key = group_key(group);
  if (auto found = index.find(key);
      found && !std::holds_alternative<indexed_range>(found->entry))
    return shared_channel{shared_channel::content::classic, std::move(*found),
                          0, 0};
  if (index.range_symbol_bytes() == 0)
    return std::nullopt;
  return find_symbols(index, key);
}

std::optional<shared_channel>
find_sealed_channel(const object_directory& index, const range_seal& seal,
                    const group_address& group) {
  const auto key = group_key(group);
  if (auto found = index.find(key);
      found && !std::holds_alternative<indexed_range>(found->entry) &&
      !holds_manifest(*found))
    return shared_channel{shared_channel::content::classic, std::move(*found),
                          0, 0};
  if (index.range_symbol_bytes() == 0)
    return std::nullopt;
  if (auto channel = find_sealed_manifest(index, key))
    return channel;
  const auto plain = seal.unmask(key);
  if (auto found = index.find(plain);
      found && std::holds_alternative<indexed_object>(found->entry)) {
    const auto as = found->id;
    return shared_channel{shared_channel::content::classic, std::move(*found),
                          0, 0, as};
  }
  auto channel = find_symbols(index, plain);
  if (!channel)
    return std::nullopt;
  const auto& found = channel->object;
  channel->sealed_as = std::holds_alternative<indexed_range>(found.entry)
                           ? found.id
                           : channel_id_of(channel_kind::data, found.id);
  channel->tag = seal.key_of(*channel->sealed_as, block_bytes_of(found.entry),
                             index.range_symbol_bytes())
                     .tag;
  return channel;
}

} // namespace troupe
