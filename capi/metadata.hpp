// SPDX-License-Identifier: BSD-3-Clause
// From what of an inode travels to struct stat.
#pragma once

#include "core/file_attributes.hpp"
#include "core/net_tree.hpp"

#include <sys/stat.h>

namespace troupe::capi {

/// The other way than metadata_of(): all that does not travel is zero.
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
