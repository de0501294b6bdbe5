// SPDX-License-Identifier: BSD-3-Clause
#include "capi/mdex_paths.hpp"

#include "capi/boundary.hpp"
#include "core/hasher.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

using namespace troupe;
using namespace troupe::capi;

namespace troupe::capi {

std::filesystem::path canonical(const char* path) {
  auto full = std::filesystem::absolute(path).lexically_normal();
  return full.has_filename() || full == full.root_path() ? full
                                                         : full.parent_path();
}

void set_directories(mdex_handle& handle, const std::filesystem::path& path) {
  const std::lock_guard lock{handle.paths};
  handle.basedir_text = path.string();
  handle.rootdir_text = path.parent_path().string();
  handle.basedir = handle.basedir_text.data();
  handle.basedirlen = handle.basedir_text.size();
  handle.rootdir = handle.rootdir_text.data();
  handle.rootdirlen = handle.rootdir_text.size();
  auto& roots = handle.roots;
  std::erase(roots, handle.rootdir_text);
  roots.push_back(handle.rootdir_text);
}

std::optional<std::string> path_below(const std::string& root,
                                      const std::filesystem::path& path) {
  const auto text = path.string();
  const auto prefix = root == "/" ? root : root + "/";
  if (text.size() <= prefix.size() || text.compare(0, prefix.size(), prefix))
    return std::nullopt;
  return text.substr(prefix.size());
}

namespace {

errc get_by_name(const mdex_index& index, const std::string& name, hash& id,
                 mdex_entry_t* entry) {
  return index.get(hash_of(index.type(), name).bytes, id, entry);
}

} // namespace

errc get_alias(mdex_handle& handle, const char* path, hash& id,
               mdex_entry_t* entry) {
  const auto full = canonical(path);
  const auto roots = [&] {
    const std::lock_guard lock{handle.paths};
    return handle.roots;
  }();
  for (auto root = roots.rbegin(); root != roots.rend(); ++root) {
    const auto name = path_below(*root, full);
    if (!name)
      continue;
    const auto result = get_by_name(*handle.index, *name, id, entry);
    if (result != errc::not_found)
      return result;
  }
  return get_by_name(*handle.index, path, id, entry);
}

} // namespace troupe::capi

namespace {

char* copy_of(const std::string& text) {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr)
    return nullptr; // with ENOMEM
  std::copy_n(text.c_str(), text.size() + 1, copy);
  return copy;
}

} // namespace

extern "C" {

int mdex_getalias(mdex_t* mdex, const char* path, mdex_entry_t* entry) {
  if (mdex == nullptr || path == nullptr || *path == '\0')
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    troupe::hash id;
    const auto result = get_alias(handle_of(mdex), path, id, entry);
    return result == errc::none ? 0 : fail(result, -1);
  });
}

char* mdex_sharepath(mdex_t* mdex, const char* path) {
  if (mdex == nullptr || path == nullptr)
    return fail<char*>(EINVAL, nullptr);
  return guarded<char*>(nullptr, [&]() -> char* {
    struct stat status;
    if (lstat(path, &status) == -1)
      return nullptr;
    auto& handle = handle_of(mdex);
    const std::lock_guard lock{handle.paths};
    if (handle.roots.empty())
      return fail<char*>(EINVAL, nullptr);
    const auto name = path_below(handle.rootdir_text, canonical(path));
    return name ? copy_of(*name) : fail<char*>(EINVAL, nullptr);
  });
}

} // extern "C"
