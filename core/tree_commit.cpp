// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_commit.hpp"

#include "core/file_attributes.hpp"
#include "core/tree_rest.hpp"

#include <fcntl.h>

namespace troupe {

errc tree_commit::put_in_place() {
  if (const auto result = where_.make_root(); result != errc::none)
    return result;
  directory_cursor around{where_.root()};
  for (std::size_t i = 1; i < what_.entries.size(); ++i) {
    const auto& entry = what_.entries[i];
    const auto& parent = around.enter_parent(entry.path);
    if (!parent)
      return errno == ELOOP ? errc::is_symlink : from_errno(errno);
    const auto* name = directory_cursor::last_of(entry.path);
    auto result = errc::none;
    if (entry.is_directory() && where_.at(i))
      continue;
    if (entry.is_directory())
      result = change_in(parent, entry.path, [&] {
        return parent->mkdirat(parent.get(), name, 0777);
      });
    else if (entry.is_symlink())
      result = put_link(i, parent, name);
    else if (is_made_(i))
      result = change_in(parent, entry.path, [&] {
        return parent->renameat(where_.workshop().get(),
                                name_in_workshop(entry).c_str(), parent.get(),
                                name);
      });
    else
      result = change_attributes(i, parent, name);
    if (result != errc::none)
      return result;
    others_changed_ += entry.is_directory();
  }
  return errc::none;
}

/// Makes a change in the directory that `path` is in, even if the mode that
/// it has from last time forbids that to its owner: until it is finished.
template <class Call>
errc tree_commit::change_in(const descriptor& parent, const std::string& path,
                            Call call) {
  if (call() == 0)
    return errc::none;
  struct stat info {};
  if (errno != EACCES || parent->fstat(parent.get(), info) != 0 ||
      (info.st_mode & S_IRWXU) == S_IRWXU ||
      parent->fchmod(parent.get(), (info.st_mode & 07777) | S_IRWXU) != 0)
    return from_errno(errno);
  const auto slash = path.rfind('/');
  loosened_.insert(slash == path.npos ? "" : path.substr(0, slash));
  return call() == 0 ? errc::none : from_errno(errno);
}

errc tree_commit::put_link(std::size_t i, const descriptor& parent,
                           const char* name) {
  const auto& entry = what_.entries[i];
  std::string target(max_path_bytes + 1, '\0');
  const auto length = where_.at(i) && S_ISLNK(where_.at(i)->st_mode)
                          ? parent->readlinkat(parent.get(), name, target)
                          : -1;
  target.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  if (target != entry.target) {
    if (!where_.workshop())
      if (const auto result = where_.make_workshop(); result != errc::none)
        return result;
    const auto made = name_in_workshop(entry);
    if (parent->symlinkat(entry.target.c_str(), where_.workshop().get(),
                          made.c_str()) != 0)
      return from_errno(errno);
    if (const auto result = change_in(parent, entry.path, [&] {
          return parent->renameat(where_.workshop().get(), made.c_str(),
                                  parent.get(), name);
        });
        result != errc::none)
      return result;
    ++others_changed_;
  }
  return apply_link_attributes(parent, name, entry.metadata, choice_);
}

/// Of a file whose content stays.
errc tree_commit::change_attributes(std::size_t i, const descriptor& parent,
                                    const char* name) {
  const auto& wanted = what_.entries[i].metadata;
  if (is_as_chosen(*where_.at(i), wanted, choice_))
    return errc::none;
  const auto file = parent.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file)
    return from_errno(errno);
  return apply_attributes(file, where_.at(i), wanted, choice_);
}

errc tree_commit::finish_directories(bool is_well) {
  const auto choice = is_well ? choice_ : metadata_choice{};
  const bool is_any = choice.owner || choice.group || choice.mode ||
                      choice.mtime || choice.atime;
  for (std::size_t i = what_.entries.size(); i-- > 0;) {
    const auto& entry = what_.entries[i];
    if (!entry.is_directory() || (!is_any && !loosened_.contains(entry.path)))
      continue;
    const auto directory =
        open_beneath(where_.root(), entry.path, O_RDONLY | O_DIRECTORY);
    if (!directory)
      return from_errno(errno);
    if (const auto result = apply_attributes(directory, where_.at(i),
                                             entry.metadata, choice);
        result != errc::none)
      return result;
  }
  return errc::none;
}

} // namespace troupe
