// SPDX-License-Identifier: BSD-3-Clause
#include "core/entry_change.hpp"

#include "core/file_attributes.hpp"
#include "core/file_system.hpp"

#include <fcntl.h>

namespace troupe {

std::optional<entry_there> look_at_entry(const std::filesystem::path& path) {
  struct stat info {};
  auto& files = posix_file_system();
  if (files.fstatat(AT_FDCWD, path.c_str(), info, AT_SYMLINK_NOFOLLOW) != 0)
    return std::nullopt;
  entry_there there{metadata_of(info), static_cast<std::uint64_t>(info.st_size),
                    {}};
  if (S_ISLNK(info.st_mode)) {
    there.target.resize(max_path_bytes + 1);
    const auto length = files.readlinkat(AT_FDCWD, path.c_str(), there.target);
    there.target.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  }
  return there;
}

entry_change change_of(const catalogue_entry& wanted,
                       const std::optional<entry_there>& there, bool is_other,
                       const metadata_choice& choice) {
  entry_change result;
  result.path = wanted.path;
  result.kind = wanted.is_directory() ? object_kind::directory
                : wanted.is_symlink() ? object_kind::symlink
                                      : object_kind::file;
  result.target = wanted.target;
  result.is_new =
      !there || ((there->metadata.mode ^ wanted.metadata.mode) & S_IFMT) != 0;
  if (result.is_new)
    return result;
  const auto& now = there->metadata;
  const auto& then = wanted.metadata;
  if (result.kind == object_kind::file) {
    result.size = there->size != wanted.size;
    result.content = is_other || result.size;
  } else if (result.kind == object_kind::symlink) {
    result.content = there->target != wanted.target;
  }
  result.time = choice.mtime && (now.mtime_s != then.mtime_s ||
                                 now.mtime_ns != then.mtime_ns);
  // Links have no mode.
  result.mode = choice.mode && result.kind != object_kind::symlink &&
                ((now.mode ^ then.mode) & 07777) != 0;
  result.owner = choice.owner && now.uid != then.uid;
  result.group = choice.group && now.gid != then.gid;
  return result;
}

} // namespace troupe
