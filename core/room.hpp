// SPDX-License-Identifier: BSD-3-Clause
// Private to the sinks: whether what is announced fits, before it is fetched.
#pragma once

#include "core/errc.hpp"
#include "core/file_system.hpp"

#include <cstdint>
#include <string>

namespace troupe {

/// What is going to be made on a file system.
struct room_needed {
  std::uint64_t bytes = 0;
  std::uint64_t files = 0; ///< new inodes
};

/// errc::none if the file system of the open directory has room for that, as
/// far as it tells (statvfs(3)), else no_space with both figures. `where` is
/// what the message calls the destination.
error check_free_room(const descriptor& directory, const room_needed& needed,
                      const std::string& where);

/// too_large, with both figures.
error exceeds(std::uint64_t bytes, std::uint64_t limit_bytes);

} // namespace troupe
