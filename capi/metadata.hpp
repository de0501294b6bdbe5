// SPDX-License-Identifier: BSD-3-Clause
// Between struct stat and what of an inode travels.
#pragma once

#include "core/net_tree.hpp"

#include <sys/stat.h>

namespace troupe::capi {

inline file_metadata metadata_of(const struct stat& status) {
  file_metadata metadata;
  metadata.mode = status.st_mode;
  metadata.uid = status.st_uid;
  metadata.gid = status.st_gid;
  metadata.mtime_s = status.st_mtim.tv_sec;
  metadata.mtime_ns = static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
  metadata.atime_s = status.st_atim.tv_sec;
  metadata.atime_ns = static_cast<std::uint64_t>(status.st_atim.tv_nsec);
  return metadata;
}

/// The other way: all that does not travel is zero.
inline struct stat status_of(const object_header& header) {
  struct stat status {};
  const auto& from = header.metadata;
  status.st_mode = from.mode;
  status.st_uid = from.uid;
  status.st_gid = from.gid;
  status.st_size = static_cast<off_t>(header.size);
  status.st_mtim = {static_cast<time_t>(from.mtime_s),
                    static_cast<long>(from.mtime_ns)};
  status.st_atim = {static_cast<time_t>(from.atime_s),
                    static_cast<long>(from.atime_ns)};
  return status;
}

} // namespace troupe::capi
