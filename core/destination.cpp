// SPDX-License-Identifier: BSD-3-Clause
#include "core/destination.hpp"

#include "core/beneath.hpp"
#include "core/file_attributes.hpp"
#include "core/file_place.hpp"
#include "core/file_sink.hpp"
#include "core/tree_place.hpp"
#include "core/tree_selection.hpp"

#include <fcntl.h>

namespace troupe {

namespace {

error failed(errc code, const std::string& path) {
  if (code == errc::is_symlink)
    return {code, "'" + path + "' or a directory above it"};
  return {code, "'" + path + "'"};
}

error failed_call(const std::string& path) {
  return failed(errno == ELOOP   ? errc::is_symlink
                : errno == EXDEV ? errc::invalid_argument
                                 : from_errno(errno),
                path);
}

} // namespace

struct destination::rep {
  std::shared_ptr<descriptor> fd;

  /// The directory that `path` is in; none, and `why`, when there is none.
  descriptor parent_of(const std::string& path, error& why) const {
    if (!is_beneath(path)) {
      why = failed(errc::invalid_argument, path);
      return {};
    }
    const auto slash = path.rfind('/');
    auto parent =
        open_beneath(*fd, path.substr(0, slash == path.npos ? 0 : slash),
                     O_RDONLY | O_DIRECTORY);
    if (!parent)
      why = failed_call(path);
    return parent;
  }
};

expected<destination> destination::open(const std::filesystem::path& path,
                                        bool create) {
  return open(posix_file_system(), path, create);
}

expected<destination> destination::open(file_system& files,
                                        const std::filesystem::path& path,
                                        bool create) {
  if (create && files.mkdirat(AT_FDCWD, path.c_str(), 0777) != 0 && errno != EEXIST)
    return failed_call(path.string());
  auto fd = open_path(files, path.c_str(), O_RDONLY | O_DIRECTORY);
  if (!fd)
    return failed_call(path.string());
  auto top = std::make_shared<rep>();
  top->fd = std::make_shared<descriptor>(std::move(fd));
  return destination{std::move(top)};
}

expected<std::unique_ptr<sink>>
destination::file(const std::string& path, bool sync_to_disk,
                  const std::filesystem::path& partial_dir) const {
  error why;
  auto parent = top_->parent_of(path, why);
  if (!parent)
    return why;
  auto where = file_place::in(std::move(parent),
                              directory_cursor::last_of(path), path);
  if (!where)
    return where.error();
  file_sink_options options{sync_to_disk, true};
  if (!partial_dir.empty()) {
    auto partial = open_partial_directory(top_->fd->of(), partial_dir);
    if (!partial)
      return partial.error();
    options.partial = std::move(*partial);
  }
  return make_file_sink(std::move(*where), options,
                        [this, &path](const struct stat& info) {
                          return make_beneath_source(top_->fd, path, info);
                        });
}

error destination::make_directory(const std::string& path,
                                  std::uint64_t* made) const {
  error why;
  const auto parent = top_->parent_of(path, why);
  if (!parent)
    return why;
  const auto* name = directory_cursor::last_of(path);
  if (parent->mkdirat(parent.get(), name, 0777) == 0) {
    if (made != nullptr)
      ++*made;
    return {};
  }
  if (errno != EEXIST)
    return failed_call(path);
  struct stat info {};
  if (parent->fstatat(parent.get(), name, info, AT_SYMLINK_NOFOLLOW) != 0)
    return failed_call(path);
  if (S_ISDIR(info.st_mode))
    return {};
  return failed(S_ISLNK(info.st_mode) ? errc::is_symlink : errc::not_directory,
                path);
}

error destination::finish_directory(const std::string& path,
                                    const file_metadata& metadata,
                                    const metadata_choice& choice) const {
  if (!path.empty() && !is_beneath(path))
    return failed(errc::invalid_argument, path);
  const auto directory =
      open_beneath(*top_->fd, path, O_RDONLY | O_DIRECTORY);
  struct stat info {};
  if (!directory || directory->fstat(directory.get(), info) != 0)
    return failed_call(path);
  const auto result =
      apply_attributes(directory, info, metadata, choice);
  return result == errc::none ? error{} : failed(result, path);
}

error destination::make_link(const std::string& path, const std::string& target,
                             const file_metadata& metadata,
                             const metadata_choice& choice,
                             std::uint64_t* made) const {
  error why;
  const auto parent = top_->parent_of(path, why);
  if (!parent)
    return why;
  const std::string name = directory_cursor::last_of(path);
  std::string now(max_path_bytes + 1, '\0');
  const auto length =
      parent->readlinkat(parent.get(), name.c_str(), now);
  now.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  if (now != target) {
    if (const auto result = put_link(parent, name, target);
        result != errc::none)
      return failed(result, path);
    if (made != nullptr)
      ++*made;
  }
  const auto result =
      apply_link_attributes(parent, name.c_str(), metadata, choice);
  return result == errc::none ? error{} : failed(result, path);
}

error destination::make_durable() const {
  const auto& top = *top_->fd;
  return {result_of_call(top->syncfs(top.get())), {}};
}

error destination::remove_others(std::vector<catalogue_entry> entries,
                                 const std::string& name,
                                 const exclude_patterns& exclude,
                                 const std::filesystem::path& partial_dir,
                                 std::uint64_t& removed) const {
  auto wanted = std::make_shared<catalogue>();
  wanted->name = name;
  wanted->entries = std::move(entries);
  const tree_selection selected{wanted, {}, 0, exclude};
  std::optional<struct stat> partial;
  if (struct stat info {};
      !partial_dir.empty() && ::stat(partial_dir.c_str(), &info) == 0)
    partial = info;
  const auto result =
      troupe::remove_others(*top_->fd, *wanted, selected.spared(partial),
                            removed);
  return result == errc::none
             ? error{}
             : error{result, "cannot remove what is not shared"};
}

} // namespace troupe
