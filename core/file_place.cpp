// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_place.hpp"

#include <fcntl.h>

namespace troupe {

expected<file_place> file_place::open(file_system& files,
                                      const std::filesystem::path& path) {
  file_place where;
  where.name_ = path.filename().string();
  where.path_ = path.string();
  // "dir/", "." and ".." can only name directories.
  if (where.name_.empty() || where.name_ == "." || where.name_ == "..")
    return troupe::error{path.empty() ? errc::not_found : errc::is_directory,
                         where.path_};
  const auto parent =
      path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  where.directory_ =
      open_path(files, parent.c_str(), O_RDONLY | O_DIRECTORY);
  if (!where.directory_)
    return troupe::error{from_errno(errno), parent.string()};
  if (!where.may_write())
    return troupe::error{from_errno(errno), parent.string()};
  return where;
}

expected<file_place> file_place::in(descriptor directory, std::string name,
                                    std::string path) {
  file_place where;
  where.directory_ = std::move(directory);
  where.name_ = std::move(name);
  where.path_ = std::move(path);
  if (!where.may_write())
    return troupe::error{from_errno(errno), where.path_};
  return where;
}

bool file_place::may_write() const {
  return files().faccessat(directory_.get(), ".", W_OK | X_OK, AT_EACCESS) == 0;
}

expected<std::optional<struct stat>> file_place::look() const {
  struct stat info {};
  if (files().fstatat(directory_.get(), name(), info, AT_SYMLINK_NOFOLLOW) == 0)
    return std::optional{info};
  if (errno == ENOENT)
    return std::optional<struct stat>{};
  return troupe::error{from_errno(errno), path_};
}

} // namespace troupe
