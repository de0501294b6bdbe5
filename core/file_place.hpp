// SPDX-License-Identifier: BSD-3-Clause
// Private to the file sink: where a file is going to be.
#pragma once

#include "core/errc.hpp"
#include "core/posix_file.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace troupe {

/// ".NAME.troupe.XXXXXX", chosen anew each time. NAME is cut so that the result
/// is a legal name.
std::string temporary_name(const std::string& name);

/// The same, but one that can be found again: of the directory with that inode,
/// with a `number` for each sync that is at work there at once. Another
/// directory has other names, so that what one host shares does not meet what
/// another is about to write.
std::string unfinished_name(const std::string& name, ino_t directory,
                            unsigned number);

/// What may be continued of what a dead sync left: ours alone, of that type
/// (S_IFREG or S_IFDIR), and nobody else may write to it.
bool is_ours(const struct stat& info, mode_t type) noexcept;

/// Takes the lock on an open file, which says that a sync is at work on it, and
/// makes sure that it is still what `name` in `directory` stands for. Else false
/// and errno: EWOULDBLOCK when it is another's.
bool take(const descriptor& file, const descriptor& directory,
          const std::string& name);

/// What a sync makes before it takes its place.
struct unfinished {
  descriptor file; ///< locked; a file for reading and writing
  std::string name;
};

/// Another directory than the destination's for what is unfinished, on the same
/// file system; nullptr: beside the destination.
using partial_directory = std::shared_ptr<const descriptor>;

/// Opens `path` for that, and makes it, for us alone, if there is nothing; its
/// parent is there. Errors: not_found, not_directory, access_denied, also when
/// anybody may rename what is in it.
expected<partial_directory>
open_partial_directory(file_system& files, const std::filesystem::path& path);

/// Whether what is complete in `partial` can be renamed into `directory`, which
/// messages call `path`. Errors: unsupported, on another file system.
error check_partial(const partial_directory& partial,
                    const descriptor& directory, const std::string& path);

/// What a dead sync has left in `directory`, or in `partial`, for `name` in
/// `directory`, of that type (S_IFREG or S_IFDIR). If there are several, or it
/// cannot be continued, they are removed. None if there is none.
unfinished find_unfinished(const descriptor& directory, const std::string& name,
                           mode_t type, const partial_directory& partial = {});

/// Makes one, for us alone.
errc create_unfinished(const descriptor& directory, const std::string& name,
                       mode_t type, unfinished& made,
                       const partial_directory& partial = {});

/// Takes back the mode that the sync which left `file` gave it.
errc make_private_again(const descriptor& file);

/// Makes `name` in `directory` a symbolic link, in one step. Errors: those of
/// symlink(2) and rename(2), so is_directory.
errc put_link(const descriptor& directory, const std::string& name,
              const std::string& target);

/// Removes the directory `name` in `parent` and all that is in it, links not
/// followed. Goes on after an error and returns the first.
errc remove_tree(const descriptor& parent, const char* name);

/// A name in an open directory. The directory stays the same one, wherever it
/// is moved to meanwhile.
class file_place {
public:
  /// Errors: is_directory for paths that can name nothing else; not_found,
  /// not_directory, access_denied: of the parent.
  static expected<file_place> open(file_system& files,
                                   const std::filesystem::path& path);

  /// `name` in `directory`; `path` is what messages call it.
  static expected<file_place> in(descriptor directory, std::string name,
                                 std::string path);

  const std::string& path() const noexcept { return path_; }
  const descriptor& directory() const noexcept { return directory_; }
  file_system& files() const noexcept { return directory_.of(); }
  const char* name() const noexcept { return name_.c_str(); }

  /// What is there, links not followed; nothing is no error.
  expected<std::optional<struct stat>> look() const;


private:
  bool may_write() const;

  descriptor directory_;
  std::string name_;
  std::string path_; ///< for messages
};

} // namespace troupe
