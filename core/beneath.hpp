// SPDX-License-Identifier: BSD-3-Clause
// Private to core: names that lead nowhere but below a directory.
#pragma once

#include "core/posix_file.hpp"
#include "core/source.hpp"

#include <memory>
#include <string>

namespace troupe {

/// openat(2) of `path` below the directory `root`; no component is a symbolic
/// link, none leads out of it, whoever renames what meanwhile. "" is `root`
/// itself. -1 and errno: ELOOP for a link, EXDEV for a way out.
unique_fd open_beneath(int root, const std::string& path, int flags) noexcept;

/// The directories that a series of paths is in, opened one at a time.
class directory_cursor {
public:
  /// `root` outlives the cursor.
  explicit directory_cursor(int root) noexcept : root_(root) {}

  /// The directory that `path` is in; stays open until the next call. -1 and
  /// errno as open_beneath().
  int enter_parent(const std::string& path) noexcept;
  /// The last component of `path`.
  static const char* last_of(const std::string& path) noexcept;

private:
  int root_;
  std::string path_;
  unique_fd fd_;
  bool is_open_ = false;
};

/// A regular file below an open directory, as `info` describes it. Opened anew
/// by every read, so that any number of them holds no descriptor.
std::shared_ptr<source> make_beneath_source(std::shared_ptr<unique_fd> root,
                                            std::string path,
                                            const struct stat& info);

} // namespace troupe
