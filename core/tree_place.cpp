// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_place.hpp"

#include "core/file_attributes.hpp"
#include "core/file_place.hpp"

#include <fcntl.h>

namespace troupe {

namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY;

errc blocked_by(const catalogue_entry& entry, const struct stat& there) {
  if (entry.is_directory())
    return S_ISDIR(there.st_mode)   ? errc::none
           : S_ISLNK(there.st_mode) ? errc::is_symlink
                                    : errc::not_directory;
  return S_ISDIR(there.st_mode) ? errc::is_directory : errc::none;
}

/// What is in the place of an entry, the target of a link included.
std::optional<entry_there> there_in(const tree_place& where,
                                    const catalogue& what, std::size_t entry) {
  const auto& info = where.at(entry);
  if (!info)
    return std::nullopt;
  entry_there there{metadata_of(*info),
                    static_cast<std::uint64_t>(info->st_size), {}};
  if (!S_ISLNK(info->st_mode))
    return there;
  directory_cursor around{where.root()};
  const auto& path = what.entries[entry].path;
  const auto& parent = around.enter_parent(path);
  there.target.resize(max_path_bytes + 1);
  const auto length =
      parent ? parent->readlinkat(parent.get(), directory_cursor::last_of(path),
                                  there.target)
             : -1;
  there.target.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return there;
}

descriptor open_directory(const descriptor& parent, const char* name) {
  return parent.open(name, directory_flags | O_NOFOLLOW);
}

} // namespace

expected<tree_place>
tree_place::open(file_system& files, const std::filesystem::path& path,
                 const catalogue& what,
                 const std::filesystem::path& partial_dir) {
  auto where = look(files, path, what);
  if (!where)
    return where;
  if (!partial_dir.empty()) {
    auto partial = open_partial_directory(files, partial_dir);
    if (!partial)
      return partial.error();
    where->partial_ = std::move(*partial);
    if (auto bad = check_partial(where->partial_, where->outside(),
                                 path.string());
        bad.code != errc::none)
      return bad;
  }
  where->find_workshop();
  return where;
}

expected<tree_place> tree_place::look(file_system& files,
                                      const std::filesystem::path& path,
                                      const catalogue& what) {
  tree_place where;
  *where.root_ = open_path(files, path.c_str(), directory_flags);
  if (!*where.root_ && errno != ENOENT)
    return troupe::error{from_errno(errno), path.string()};
  const auto plain = path.has_filename() ? path : path.parent_path();
  where.name_ = plain.filename().string();
  const auto parent = plain.has_parent_path() ? plain.parent_path()
                                              : std::filesystem::path{"."};
  where.parent_ = open_path(files, parent.c_str(), directory_flags);
  if (!where.parent_ && !*where.root_)
    return troupe::error{from_errno(errno), parent.string()};
  std::string name;
  if (const auto result = where.look_for(what, name); result != errc::none)
    return troupe::error{result, (path / name).string()};
  return where;
}

errc tree_place::look_for(const catalogue& what, std::string& name) {
  there_.resize(what.entries.size());
  is_closed_to_us_.resize(what.entries.size());
  if (!root())
    return errc::none;
  directory_cursor around{root()};
  for (std::size_t i = 0; i < there_.size(); ++i) {
    const auto& entry = what.entries[i];
    struct stat info {};
    auto result = -1;
    if (entry.path.empty())
      result = root()->fstat(root().get(), info);
    else if (const auto& parent = around.enter_parent(entry.path))
      result = parent->fstatat(parent.get(),
                               directory_cursor::last_of(entry.path), info,
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
        root()->faccessat(around.enter_parent(entry.path).get(),
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
                              const std::string& path) const {
  struct stat info {};
  const auto& parent = around.enter_parent(path);
  return there_[entry] && parent &&
         parent->fstatat(parent.get(), directory_cursor::last_of(path), info,
                         AT_SYMLINK_NOFOLLOW) == 0 &&
         file_stamp{info} == file_stamp{*there_[entry]};
}

bool tree_place::find_workshop_in(const descriptor& place,
                                  const std::string& name) {
  auto found = find_unfinished(place, name, S_IFDIR, partial_);
  const auto& around = partial_ ? *partial_ : place;
  if (!found.file)
    return false;
  struct stat here {}, there {};
  const bool is_of_use =
      !*workshop_ && place->fstat(found.file.get(), here) == 0 &&
      (!root() || (root()->fstat(root().get(), there) == 0 &&
                   here.st_dev == there.st_dev));
  if (!is_of_use) {
    remove_tree(around, found.name.c_str());
    return false;
  }
  *workshop_ = std::move(found.file);
  workshop_name_ = std::move(found.name);
  workshop_parent_ = around.dup();
  return true;
}

error check_room_for(const catalogue& what, const tree_place& where,
                     const std::function<bool(std::size_t)>& has_rest) {
  room_needed needed;
  for (std::size_t i = 0; i < what.entries.size(); ++i) {
    const auto& entry = what.entries[i];
    const auto& there = where.at(i);
    if (!there)
      ++needed.files;
    // One of the same size may be equal; new content needs room beside it.
    if (entry.is_file() && !has_rest(i) &&
        (!where.is_file(i) ||
         static_cast<std::uint64_t>(there->st_size) != entry.size))
      needed.bytes += entry.size; // together no more than the pack
  }
  return check_free_room(where.outside(), needed, what.name);
}

void tree_place::find_workshop() {
  if (root())
    find_workshop_in(root(), {});
  // The last one may have ended before it had made the directory, or just then.
  if (parent_ && !name_.empty() && name_ != "." && name_ != "..")
    find_workshop_in(parent_, name_);
}

errc tree_place::make_workshop() {
  unfinished made;
  if (const auto e = create_unfinished(
          outside(), root() ? std::string{} : name_, S_IFDIR, made, partial_);
      e != errc::none)
    return e;
  workshop_parent_ = (partial_ ? *partial_ : outside()).dup();
  workshop_name_ = std::move(made.name);
  *workshop_ = std::move(made.file);
  return workshop_parent_ ? errc::none : from_errno(errno);
}

void tree_place::remove_workshop() noexcept {
  if (!workshop_name_.empty() && workshop_parent_)
    remove_tree(workshop_parent_, workshop_name_.c_str());
  workshop_name_.clear();
  *workshop_ = descriptor{};
}

errc tree_place::make_root() {
  if (root())
    return errc::none;
  if (parent_->mkdirat(parent_.get(), name_.c_str(), 0777) != 0)
    return from_errno(errno);
  *root_ = open_directory(parent_, name_.c_str());
  return root() ? errc::none : from_errno(errno);
}

std::vector<entry_change>
changes_in(const tree_place& where, const catalogue& what,
           const std::function<bool(std::size_t)>& is_other,
           const metadata_choice& choice, bool delete_others,
           const is_spared& spared) {
  std::vector<entry_change> result;
  for (std::size_t i = 0; i < what.entries.size(); ++i)
    if (auto one = change_of(what.entries[i], there_in(where, what, i),
                             is_other(i), choice);
        one.any())
      result.push_back(std::move(one));
  if (!delete_others || !where.root())
    return result;
  auto unread = errc::none; // what cannot be read has nothing in it
  for (auto& path : others_in(where.root(), what, spared, unread)) {
    if (!where.partial() && path == where.workshop_name())
      continue;
    entry_change gone;
    gone.path = std::move(path);
    gone.is_deleted = true;
    result.push_back(std::move(gone));
  }
  return result;
}

} // namespace troupe
