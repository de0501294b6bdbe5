// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sharing/path_events.hpp"

#include <sys/inotify.h>

#include <array>

namespace troupe {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_folders = 65536;
constexpr std::uint32_t events = IN_MODIFY | IN_ATTRIB | IN_CLOSE_WRITE |
                                 IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                 IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                 IN_ONLYDIR | IN_DONT_FOLLOW;

} // namespace

path_events::path_events() : fd_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

bool path_events::watch(const fs::path& path) {
  auto whole = fs::absolute(path).lexically_normal();
  if (!whole.has_filename())
    whole = whole.parent_path();
  // In its folder, since it may be replaced by another of its name.
  std::error_code none;
  const auto folder = fs::canonical(whole.parent_path(), none);
  const bool is_seen =
      !none && watch_folder(folder, whole.filename().string());
  return (fs::symlink_status(whole, none).type() != fs::file_type::directory ||
          watch_tree(whole)) &&
         is_seen;
}

bool path_events::watch_tree(const fs::path& folder) {
  bool is_whole = watch_folder(folder, {});
  std::error_code bad;
  fs::recursive_directory_iterator each{
      folder, fs::directory_options::skip_permission_denied, bad};
  for (const fs::recursive_directory_iterator end; !bad && each != end;
       each.increment(bad)) {
    std::error_code none;
    if (each->symlink_status(none).type() == fs::file_type::directory)
      is_whole = watch_folder(each->path(), {}) && is_whole;
    if (!is_whole)
      return false;
  }
  return is_whole && !bad;
}

bool path_events::watch_folder(const fs::path& folder,
                               const std::string& name) {
  if (!fd_ || places_.size() >= most_folders)
    return false;
  // One that is watched already has the same number.
  const int number =
      ::inotify_add_watch(fd_.get(), folder.c_str(), events);
  if (number < 0)
    return false;
  const auto [found, is_new] = places_.try_emplace(number, place{folder, {}});
  auto& known = found->second;
  if (name.empty())
    known.names.clear();
  else if (is_new || !known.names.empty())
    known.names.insert(name);
  return true;
}

bool path_events::matters(const inotify_event& event, const char* name) {
  if ((event.mask & IN_Q_OVERFLOW) != 0)
    return true;
  const auto found = places_.find(event.wd);
  if (found == places_.end())
    return false;
  if ((event.mask & IN_IGNORED) != 0) {
    places_.erase(found);
    return false;
  }
  const auto& [folder, names] = found->second;
  if (event.len > 0 && !names.empty() && !names.contains(name))
    return false;
  constexpr std::uint32_t arrived = IN_CREATE | IN_MOVED_TO;
  if ((event.mask & IN_ISDIR) != 0 && (event.mask & arrived) != 0)
    watch_tree(fs::path{folder} / name);
  return true;
}

bool path_events::happened() {
  if (!fd_)
    return false;
  bool result = false;
  alignas(inotify_event) std::array<char, 16384> buffer;
  for (;;) {
    const auto got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got <= 0)
      return result;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      const auto& event =
          *reinterpret_cast<const inotify_event*>(buffer.data() + at);
      result = matters(event, event.name) || result;
      at += sizeof(inotify_event) + event.len;
    }
  }
}

} // namespace troupe
