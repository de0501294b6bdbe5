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
/// itself. None and errno: ELOOP for a link, EXDEV for a way out.
descriptor open_beneath(const descriptor& root, const std::string& path,
                         int flags);

/// The directories that a series of paths is in, opened one at a time.
class directory_cursor {
public:
  /// `root` outlives the cursor.
  explicit directory_cursor(const descriptor& root) noexcept : root_(root) {}

  /// The directory that `path` is in; stays open until the next call. None
  /// and errno as open_beneath().
  const descriptor& enter_parent(const std::string& path);
  /// The last component of `path`.
  static const char* last_of(const std::string& path) noexcept;

private:
  const descriptor& root_;
  std::string path_;
  descriptor fd_;
  bool is_open_ = false;
};

/// A regular file below an open directory, as `info` describes it. Opened anew
/// by every read, so that any number of them holds no descriptor.
std::shared_ptr<source> make_beneath_source(std::shared_ptr<descriptor> root,
                                            std::string path,
                                            const struct stat& info);

} // namespace troupe
