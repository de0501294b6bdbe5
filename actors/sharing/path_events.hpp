// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/unique_fd.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>

struct inotify_event;

namespace troupe {

/// Tells that something happened to some paths, by inotify(7): a file was
/// written, made, renamed or removed, or its metadata changed. It may tell too
/// much, and of a file system that another host writes to it tells nothing. One
/// thread.
class path_events {
public:
  /// Without inotify it never tells.
  path_events();

  /// Watches a path from now on, and if it is a directory all that is below; no
  /// link is followed. False: not all of it can be watched, for the system's
  /// limit or ours (65536 directories). Blocks on the disk.
  bool watch(const std::filesystem::path& path);

  /// Whether anything happened since the last call. Does not block, but looks
  /// at directories that are new.
  bool happened();

private:
  struct place {
    std::filesystem::path path;
    std::set<std::string> names; ///< in it, that matter; empty: all
  };

  bool watch_tree(const std::filesystem::path& folder);
  bool watch_folder(const std::filesystem::path& folder,
                    const std::string& name);
  bool matters(const inotify_event& event, const char* name);

  unique_fd fd_;
  std::map<int, place> places_; ///< by watch descriptor
};

} // namespace troupe
