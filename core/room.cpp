// SPDX-License-Identifier: BSD-3-Clause
#include "core/room.hpp"

#include <sys/statvfs.h>

namespace troupe {

namespace {

error lacks(const std::string& where, std::uint64_t needed, const char* what,
            std::uint64_t free) {
  return {errc::no_space, "'" + where + "' needs " + std::to_string(needed) +
                              what + ", and " + std::to_string(free) +
                              " are free on its file system"};
}

} // namespace

error check_free_room(const descriptor& directory, const room_needed& needed,
                      const std::string& where) {
  struct statvfs info {};
  if (directory->fstatvfs(directory.get(), info) != 0)
    return {}; // whoever writes will be told
  const std::uint64_t free_bytes =
      std::uint64_t{info.f_bavail} * std::uint64_t{info.f_frsize};
  if (needed.bytes > free_bytes)
    return lacks(where, needed.bytes, " bytes", free_bytes);
  // Some file systems make inodes as they need them, and say 0 of 0.
  if (info.f_files > 0 && needed.files > info.f_favail)
    return lacks(where, needed.files, " new files", info.f_favail);
  return {};
}

error exceeds(std::uint64_t bytes, std::uint64_t limit_bytes) {
  return {errc::too_large, std::to_string(bytes) + " bytes were announced and " +
                               std::to_string(limit_bytes) +
                               " are accepted (--max-size)"};
}

} // namespace troupe
