// SPDX-License-Identifier: BSD-3-Clause
// Private to the file sink: where a file is going to be.
#pragma once

#include "core/errc.hpp"
#include "core/posix_file.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>

namespace troupe {

/// ".NAME.troupe.XXXXXX", chosen anew each time. NAME is cut so that the result
/// is a legal name.
std::string temporary_name(const std::string& name);

/// A name in an open directory. The directory stays the same one, wherever it
/// is moved to meanwhile.
class file_place {
public:
  /// Errors: is_directory for paths that can name nothing else; not_found,
  /// not_directory, access_denied: of the parent.
  static expected<file_place> open(const std::filesystem::path& path);

  /// `name` in `directory`; `path` is what messages call it.
  static expected<file_place> in(unique_fd directory, std::string name,
                                 std::string path);

  const std::string& path() const noexcept { return path_; }
  int directory() const noexcept { return directory_.get(); }
  const char* name() const noexcept { return name_.c_str(); }

  /// What is there, links not followed; nothing is no error.
  expected<std::optional<struct stat>> look() const;

  /// Creates a file with a temporary_name() beside it, for us alone.
  errc create_temporary(unique_fd& file, std::string& temporary) const;

private:
  unique_fd directory_;
  std::string name_;
  std::string path_; ///< for messages
};

} // namespace troupe
