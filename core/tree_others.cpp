// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_others.hpp"

#include "core/file_place.hpp"

#include <fcntl.h>

#include <algorithm>
#include <unordered_set>

namespace troupe {

namespace {

std::string below(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

class search {
public:
  search(const is_spared& spared, errc& failure)
      : spared_(spared), failure_(failure) {}

  /// Adds what goes of `name` in `parent`. Whether all of it does.
  bool add(const descriptor& parent, const std::string& name, std::string path,
           std::vector<std::string>& result) {
    if (!spared_) {
      result.push_back(std::move(path));
      return true;
    }
    struct stat info {};
    if (parent->fstatat(parent.get(), name.c_str(), info,
                        AT_SYMLINK_NOFOLLOW) != 0) {
      note(from_errno(errno));
      return false;
    }
    if (spared_(path, info))
      return false;
    std::vector<std::string> inside;
    if (S_ISDIR(info.st_mode) && !add_inside(parent, name, path, inside)) {
      result.insert(result.end(), inside.begin(), inside.end());
      return false;
    }
    result.push_back(std::move(path));
    return true;
  }

  std::vector<std::string> names_in(const descriptor& directory) {
    std::vector<std::string> names;
    note(result_of_call(directory->names(directory.get(), names)));
    return names;
  }

  void note(errc result) {
    if (failure_ == errc::none)
      failure_ = result;
  }

private:
  bool add_inside(const descriptor& parent, const std::string& name,
                  const std::string& path, std::vector<std::string>& result) {
    const auto directory =
        parent.open(name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!directory) {
      note(from_errno(errno));
      return false;
    }
    bool is_all = true;
    for (const auto& each : names_in(directory))
      is_all = add(directory, each, below(path, each), result) && is_all;
    return is_all;
  }

  const is_spared& spared_;
  errc& failure_;
};

} // namespace

std::vector<std::string> others_in(const descriptor& root,
                                   const catalogue& what,
                                   const is_spared& spared, errc& failure) {
  std::unordered_set<std::string> known;
  for (const auto& entry : what.entries)
    known.insert(entry.path);
  search others{spared, failure};
  std::vector<std::string> result;
  for (const auto& entry : what.entries) {
    if (!entry.is_directory())
      continue;
    const auto directory =
        open_beneath(root, entry.path, O_RDONLY | O_DIRECTORY);
    if (!directory) {
      others.note(errno == ELOOP ? errc::is_symlink : from_errno(errno));
      continue;
    }
    for (const auto& each : others.names_in(directory))
      if (auto path = below(entry.path, each); !known.contains(path))
        others.add(directory, each, std::move(path), result);
  }
  std::sort(result.begin(), result.end());
  return result;
}

errc remove_others(const descriptor& root, const catalogue& what,
                   const is_spared& spared, std::uint64_t& removed) {
  auto first = errc::none;
  const auto note = [&first](errc result) {
    if (first == errc::none)
      first = result;
  };
  directory_cursor around{root};
  for (const auto& path : others_in(root, what, spared, first)) {
    const auto& parent = around.enter_parent(path);
    if (!parent) {
      note(errno == ELOOP ? errc::is_symlink : from_errno(errno));
      continue;
    }
    const auto* name = directory_cursor::last_of(path);
    auto result = errc::none;
    if (parent->unlinkat(parent.get(), name, 0) != 0)
      result = errno == EISDIR ? remove_tree(parent, name) : from_errno(errno);
    if (result == errc::none)
      ++removed;
    note(result);
  }
  return first;
}

} // namespace troupe
