// SPDX-License-Identifier: BSD-3-Clause
#include "core/destination.hpp"

#include "core/beneath.hpp"
#include "core/file_attributes.hpp"
#include "core/file_place.hpp"
#include "core/file_sink.hpp"
#include "core/tree_place.hpp"

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
  std::shared_ptr<unique_fd> fd;

  /// The directory that `path` is in; none, and `why`, when there is none.
  unique_fd parent_of(const std::string& path, error& why) const {
    if (!is_beneath(path)) {
      why = failed(errc::invalid_argument, path);
      return {};
    }
    const auto slash = path.rfind('/');
    auto parent =
        open_beneath(fd->get(), path.substr(0, slash == path.npos ? 0 : slash),
                     O_RDONLY | O_DIRECTORY);
    if (!parent)
      why = failed_call(path);
    return parent;
  }
};

expected<destination> destination::open(const std::filesystem::path& path,
                                        bool create) {
  if (create && ::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST)
    return failed_call(path.string());
  unique_fd fd{retry_interrupted([&] {
    return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  })};
  if (!fd)
    return failed_call(path.string());
  auto top = std::make_shared<rep>();
  top->fd = std::make_shared<unique_fd>(std::move(fd));
  return destination{std::move(top)};
}

expected<std::unique_ptr<sink>> destination::file(const std::string& path,
                                                  bool sync_to_disk) const {
  error why;
  auto parent = top_->parent_of(path, why);
  if (!parent)
    return why;
  auto where = file_place::in(std::move(parent),
                              directory_cursor::last_of(path), path);
  if (!where)
    return where.error();
  return make_file_sink(std::move(*where), sync_to_disk,
                        [this, &path](const struct stat& info) {
                          return make_beneath_source(top_->fd, path, info);
                        });
}

error destination::make_directory(const std::string& path) const {
  error why;
  const auto parent = top_->parent_of(path, why);
  if (!parent)
    return why;
  const auto* name = directory_cursor::last_of(path);
  if (::mkdirat(parent.get(), name, 0777) == 0)
    return {};
  if (errno != EEXIST)
    return failed_call(path);
  struct stat info {};
  if (::fstatat(parent.get(), name, &info, AT_SYMLINK_NOFOLLOW) != 0)
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
      open_beneath(top_->fd->get(), path, O_RDONLY | O_DIRECTORY);
  struct stat info {};
  if (!directory || ::fstat(directory.get(), &info) != 0)
    return failed_call(path);
  const auto result =
      apply_attributes(directory.get(), info, metadata, choice);
  return result == errc::none ? error{} : failed(result, path);
}

error destination::make_link(const std::string& path, const std::string& target,
                             const file_metadata& metadata,
                             const metadata_choice& choice) const {
  error why;
  const auto parent = top_->parent_of(path, why);
  if (!parent)
    return why;
  const std::string name = directory_cursor::last_of(path);
  std::string now(max_path_bytes + 1, '\0');
  const auto length =
      ::readlinkat(parent.get(), name.c_str(), now.data(), now.size());
  now.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  if (now != target) {
    std::string temporary;
    auto made = -1;
    for (auto attempt = 0; attempt < 100 && made != 0; ++attempt) {
      temporary = temporary_name(name);
      made = ::symlinkat(target.c_str(), parent.get(), temporary.c_str());
      if (made != 0 && errno != EEXIST)
        break;
    }
    if (made != 0)
      return failed_call(path);
    if (::renameat(parent.get(), temporary.c_str(), parent.get(),
                   name.c_str()) != 0) {
      const auto number = errno;
      ::unlinkat(parent.get(), temporary.c_str(), 0);
      errno = number;
      return failed_call(path);
    }
  }
  const auto result =
      apply_link_attributes(parent.get(), name.c_str(), metadata, choice);
  return result == errc::none ? error{} : failed(result, path);
}

error destination::remove_others(std::vector<catalogue_entry> entries,
                                 std::uint64_t& removed) const {
  catalogue wanted;
  wanted.entries = std::move(entries);
  const auto result =
      troupe::remove_others(top_->fd->get(), wanted, removed);
  return result == errc::none
             ? error{}
             : error{result, "cannot remove what is not shared"};
}

} // namespace troupe
