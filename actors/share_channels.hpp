// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/share_index.hpp"
#include "transport/group_address.hpp"
#include "transport/range_seal.hpp"

namespace troupe {

/// What a group asks a sharer for.
struct shared_channel {
  enum class content {
    classic, ///< an object or a chunk as librecast sends it
    data,    ///< the source symbols of a range
    repair,  ///< some repair symbols of it
  };
  content what = content::classic;
  object_directory::found object; ///< what the symbols are made from
  std::uint32_t tag = 0;          ///< of the range's node
  std::uint32_t index = 0;        ///< of the repair channel
  /// In an encrypted share, of what the range protocol has: the channel
  /// (channel_id_of(), data for repair) that it is sealed for.
  std::optional<hash> sealed_as{};
};

/// Bytes of the range or chunk that `entry` is; of no other entries. Pure; any
/// thread.
std::uint32_t block_bytes_of(const index_entry& entry);

/// Looks a group up in the classic protocol, then in the range protocol.
/// Nothing for groups that no entry answers. Pure; any thread.
std::optional<shared_channel> find_channel(const object_directory& index,
                                           const group_address& group);

/// The group of the data that the repair channel `repair` mends; of an
/// encrypted share with its seal. Pure; any thread.
group_address data_group_of(const group_address& repair,
                            const range_seal* seal = nullptr);

/// Looks a group up as one of an encrypted share: its classic channels, and
/// its range channels, whose groups only `seal` can read. What the range
/// protocol has is not found by the groups of shares that are not encrypted.
std::optional<shared_channel>
find_sealed_channel(const object_directory& index, const range_seal& seal,
                    const group_address& group);

} // namespace troupe
