// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_place.hpp"

#include <fcntl.h>
#include <sys/random.h>

#include <climits>
#include <string_view>

namespace troupe {

std::string temporary_name(const std::string& name) {
  static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
  static constexpr std::string_view infix = ".troupe.";
  unsigned char random[6] = {};
  // Cannot fail for so few bytes, and the name need not be a secret.
  [[maybe_unused]] const auto got = ::getrandom(random, sizeof(random), 0);
  auto result =
      "." + name.substr(0, NAME_MAX - 1 - infix.size() - sizeof(random));
  result += infix;
  for (auto each : random)
    result += letters[each % 32];
  return result;
}

expected<file_place> file_place::open(const std::filesystem::path& path) {
  file_place where;
  where.name_ = path.filename().string();
  where.path_ = path.string();
  // "dir/", "." and ".." can only name directories.
  if (where.name_.empty() || where.name_ == "." || where.name_ == "..")
    return troupe::error{path.empty() ? errc::not_found : errc::is_directory,
                         where.path_};
  const auto parent =
      path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  where.directory_ = unique_fd{retry_interrupted([&] {
    return ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  })};
  if (!where.directory_)
    return troupe::error{from_errno(errno), parent.string()};
  if (::faccessat(where.directory(), ".", W_OK | X_OK, AT_EACCESS) != 0)
    return troupe::error{from_errno(errno), parent.string()};
  return where;
}

expected<file_place> file_place::in(unique_fd directory, std::string name,
                                    std::string path) {
  file_place where;
  where.directory_ = std::move(directory);
  where.name_ = std::move(name);
  where.path_ = std::move(path);
  if (::faccessat(where.directory(), ".", W_OK | X_OK, AT_EACCESS) != 0)
    return troupe::error{from_errno(errno), where.path_};
  return where;
}

expected<std::optional<struct stat>> file_place::look() const {
  struct stat info {};
  if (::fstatat(directory(), name(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    return std::optional{info};
  if (errno == ENOENT)
    return std::optional<struct stat>{};
  return troupe::error{from_errno(errno), path_};
}

errc file_place::create_temporary(unique_fd& file,
                                  std::string& temporary) const {
  for (auto attempt = 0; attempt < 100; ++attempt) {
    auto name = temporary_name(name_);
    unique_fd created{retry_interrupted([&] {
      return ::openat(directory(), name.c_str(),
                      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    })};
    if (created) {
      file = std::move(created);
      temporary = std::move(name);
      return errc::none;
    }
    if (errno != EEXIST)
      return from_errno(errno);
  }
  return errc::already_exists;
}

} // namespace troupe
