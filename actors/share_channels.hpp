// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/share_index.hpp"
#include "transport/group_address.hpp"

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
};

/// Looks a group up in the classic protocol, then in the range protocol.
/// Nothing for groups that no entry answers. Pure; any thread.
std::optional<shared_channel> find_channel(const object_directory& index,
                                           const group_address& group);

} // namespace troupe
