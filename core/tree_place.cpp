// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_place.hpp"

#include "core/file_place.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <cstring>
#include <functional>
#include <unordered_set>

namespace troupe {

namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

errc blocked_by(const catalogue_entry& entry, const struct stat& there) {
  if (entry.is_directory())
    return S_ISDIR(there.st_mode)   ? errc::none
           : S_ISLNK(there.st_mode) ? errc::is_symlink
                                    : errc::not_directory;
  return S_ISDIR(there.st_mode) ? errc::is_directory : errc::none;
}

/// Calls `each` with the name and the directory of every entry of `directory`.
/// Takes the descriptor over.
errc for_each_name(unique_fd directory,
                   const std::function<void(int, const char*)>& each) {
  auto* stream = ::fdopendir(directory.get());
  if (stream == nullptr)
    return from_errno(errno);
  directory.release();
  while (const auto* entry = ::readdir(stream))
    if (std::strcmp(entry->d_name, ".") != 0 &&
        std::strcmp(entry->d_name, "..") != 0)
      each(::dirfd(stream), entry->d_name);
  ::closedir(stream);
  return errc::none;
}

unique_fd open_directory(int parent, const char* name) {
  return unique_fd{retry_interrupted(
      [&] { return ::openat(parent, name, directory_flags | O_NOFOLLOW); })};
}

} // namespace

expected<tree_place> tree_place::open(const std::filesystem::path& path,
                                      const catalogue& what) {
  tree_place where;
  *where.root_ = unique_fd{
      retry_interrupted([&] { return ::open(path.c_str(), directory_flags); })};
  if (!*where.root_) {
    if (errno != ENOENT)
      return troupe::error{from_errno(errno), path.string()};
    const auto plain = path.has_filename() ? path : path.parent_path();
    where.name_ = plain.filename().string();
    const auto parent = plain.has_parent_path() ? plain.parent_path()
                                                : std::filesystem::path{"."};
    where.parent_ = unique_fd{retry_interrupted(
        [&] { return ::open(parent.c_str(), directory_flags); })};
    if (!where.parent_)
      return troupe::error{from_errno(errno), parent.string()};
  }
  std::string name;
  if (const auto result = where.look_for(what, name); result != errc::none)
    return troupe::error{result, (path / name).string()};
  return where;
}

errc tree_place::look_for(const catalogue& what, std::string& name) {
  there_.resize(what.entries.size());
  is_closed_to_us_.resize(what.entries.size());
  if (root() < 0)
    return errc::none;
  directory_cursor around{root()};
  for (std::size_t i = 0; i < there_.size(); ++i) {
    const auto& entry = what.entries[i];
    struct stat info {};
    auto result = -1;
    if (entry.path.empty())
      result = ::fstat(root(), &info);
    else if (const auto parent = around.enter_parent(entry.path); parent >= 0)
      result = ::fstatat(parent, directory_cursor::last_of(entry.path), &info,
                         AT_SYMLINK_NOFOLLOW);
    name = entry.path;
    if (result != 0 && errno == ENOENT)
      continue;
    if (result != 0)
      return errno == ELOOP ? errc::is_symlink : from_errno(errno);
    if (const auto blocked = blocked_by(entry, info); blocked != errc::none)
      return blocked;
    there_[i] = info;
    is_closed_to_us_[i] =
        S_ISREG(info.st_mode) && (info.st_mode & 0444) != 0444 &&
        ::faccessat(around.enter_parent(entry.path),
                    directory_cursor::last_of(entry.path), R_OK,
                    AT_EACCESS | AT_SYMLINK_NOFOLLOW) != 0;
  }
  return errc::none;
}

bool tree_place::is_file(std::size_t entry) const noexcept {
  return there_[entry] && S_ISREG(there_[entry]->st_mode) &&
         !is_closed_to_us_[entry];
}

bool tree_place::is_unchanged(std::size_t entry, directory_cursor& around,
                              const std::string& path) const noexcept {
  struct stat info {};
  const auto parent = around.enter_parent(path);
  return there_[entry] && parent >= 0 &&
         ::fstatat(parent, directory_cursor::last_of(path), &info,
                   AT_SYMLINK_NOFOLLOW) == 0 &&
         file_stamp{info} == file_stamp{*there_[entry]};
}

int tree_place::outside() const noexcept {
  return root() >= 0 ? root() : parent_.get();
}

errc tree_place::make_workshop() {
  for (auto attempt = 0; attempt < 100; ++attempt) {
    const auto name = temporary_name(name_);
    if (::mkdirat(outside(), name.c_str(), 0700) != 0) {
      if (errno == EEXIST)
        continue;
      return from_errno(errno);
    }
    workshop_name_ = name;
    workshop_parent_ = unique_fd{::fcntl(outside(), F_DUPFD_CLOEXEC, 0)};
    workshop_ = open_directory(outside(), name.c_str());
    return workshop_ && workshop_parent_ ? errc::none : from_errno(errno);
  }
  return errc::already_exists;
}

void tree_place::remove_workshop() noexcept {
  if (!workshop_name_.empty())
    remove_tree(workshop_parent_ ? workshop_parent_.get() : outside(),
                workshop_name_.c_str());
  workshop_name_.clear();
  workshop_ = unique_fd{};
}

errc tree_place::make_root() {
  if (root() >= 0)
    return errc::none;
  if (::mkdirat(parent_.get(), name_.c_str(), 0777) != 0)
    return from_errno(errno);
  *root_ = open_directory(parent_.get(), name_.c_str());
  return root() >= 0 ? errc::none : from_errno(errno);
}

errc remove_tree(int parent, const char* name) noexcept {
  auto first = errc::none;
  const auto note = [&first](errc result) {
    if (first == errc::none)
      first = result;
  };
  if (auto directory = open_directory(parent, name))
    note(for_each_name(std::move(directory), [&](int inside, const char* each) {
      if (::unlinkat(inside, each, 0) != 0)
        note(errno == EISDIR ? remove_tree(inside, each) : from_errno(errno));
    }));
  if (::unlinkat(parent, name, AT_REMOVEDIR) != 0)
    note(from_errno(errno));
  return first;
}

errc remove_others(int root, const catalogue& what, std::uint64_t& removed) {
  std::unordered_set<std::string> known;
  for (const auto& entry : what.entries)
    known.insert(entry.path);
  auto first = errc::none;
  const auto note = [&first](errc result) {
    if (first == errc::none)
      first = result;
  };
  for (const auto& entry : what.entries) {
    if (!entry.is_directory())
      continue;
    const auto directory =
        open_beneath(root, entry.path, O_RDONLY | O_DIRECTORY);
    if (!directory) {
      note(from_errno(errno));
      continue;
    }
    std::vector<std::string> others;
    // Its own descriptor, since reading moves a position.
    note(for_each_name(
        open_directory(directory.get(), "."), [&](int, const char* each) {
          const auto path =
              entry.path.empty() ? std::string{each} : entry.path + "/" + each;
          if (!known.contains(path))
            others.push_back(each);
        }));
    for (const auto& each : others) {
      auto result = errc::none;
      if (::unlinkat(directory.get(), each.c_str(), 0) != 0)
        result = errno == EISDIR ? remove_tree(directory.get(), each.c_str())
                                 : from_errno(errno);
      if (result == errc::none)
        ++removed;
      note(result);
    }
  }
  return first;
}

} // namespace troupe
