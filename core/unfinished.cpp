// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_place.hpp"
#include "core/hasher.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>

namespace troupe {

namespace {

/// Syncs of one file at once.
constexpr unsigned most_unfinished = 100;
constexpr std::size_t token_letters = 6;

template <class Bytes>
std::string hidden_name(const std::string& name, const Bytes& token) {
  static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
  static constexpr std::string_view infix = ".troupe.";
  auto result =
      "." + name.substr(0, NAME_MAX - 1 - infix.size() - token_letters);
  result += infix;
  for (std::size_t i = 0; i < token_letters; ++i)
    result += letters[static_cast<unsigned>(token[i]) % 32];
  return result;
}

} // namespace

std::string temporary_name(const std::string& name) {
  std::array<unsigned char, token_letters> random{};
  // Cannot fail for so few bytes, and the name need not be a secret.
  [[maybe_unused]] const auto got =
      ::getrandom(random.data(), random.size(), 0);
  return hidden_name(name, random);
}

std::string unfinished_name(const std::string& name, ino_t directory,
                            unsigned number) {
  hasher token{hash_type::blake2b};
  token.update_le64(directory).update_le64(number).update(name);
  return hidden_name(name, token.finish().bytes);
}

bool is_ours(const struct stat& info, mode_t type) noexcept {
  // A file may have got its mode already, but one that lets others write.
  const mode_t must_not_have = S_ISDIR(type) ? 07077 : 07022;
  return (info.st_mode & S_IFMT) == type && info.st_uid == ::geteuid() &&
         (info.st_mode & must_not_have) == 0 &&
         (S_ISDIR(type) || info.st_nlink == 1);
}

bool take(const descriptor& file, const descriptor& directory,
          const std::string& name) {
  if (file->lock(file.get()) != 0)
    return false;
  // Whoever had it may have given it another name, or none, before.
  struct stat locked {}, named {};
  const bool is_same =
      file->fstat(file.get(), locked) == 0 &&
      file->fstatat(directory.get(), name.c_str(), named,
                    AT_SYMLINK_NOFOLLOW) == 0 &&
      locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
  errno = EWOULDBLOCK;
  return is_same;
}

namespace {

errc remove(const descriptor& directory, const std::string& name, mode_t type) {
  if (S_ISDIR(type))
    return remove_tree(directory, name.c_str());
  return result_of_call(
      directory->unlinkat(directory.get(), name.c_str(), 0));
}

expected<ino_t> inode_of(const descriptor& directory) {
  struct stat info {};
  if (directory->fstat(directory.get(), info) != 0)
    return from_errno(errno);
  return info.st_ino;
}

} // namespace

expected<partial_directory>
open_partial_directory(file_system& files, const std::filesystem::path& path) {
  const auto failed = [&path] {
    return error{from_errno(errno), "'" + path.string() + "'"};
  };
  if (files.mkdirat(AT_FDCWD, path.c_str(), 0700) != 0 && errno != EEXIST)
    return failed();
  auto opened = open_path(files, path.c_str(), O_RDONLY | O_DIRECTORY);
  struct stat info {};
  if (!opened || opened->fstat(opened.get(), info) != 0)
    return failed();
  if ((info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0)
    return error{errc::access_denied,
                 "'" + path.string() + "' is a directory where anybody may"
                                       " replace what is unfinished"};
  return std::make_shared<const descriptor>(std::move(opened));
}

error check_partial(const partial_directory& partial,
                    const descriptor& directory, const std::string& path) {
  struct stat there {}, here {};
  if (!partial)
    return {};
  if ((*partial)->fstat(partial->get(), there) != 0 ||
      directory->fstat(directory.get(), here) != 0)
    return {from_errno(errno), path};
  if (there.st_dev == here.st_dev)
    return {};
  return {errc::unsupported,
          "the directory for what is unfinished is on another file system than"
          " '" + path + "', where it could not be renamed to"};
}

unfinished find_unfinished(const descriptor& directory, const std::string& name,
                           mode_t type, const partial_directory& partial) {
  unfinished found;
  const auto& place = partial ? *partial : directory;
  const auto where = inode_of(directory);
  if (!where)
    return found;
  const auto how = S_ISDIR(type) ? O_RDONLY | O_DIRECTORY : O_RDWR | O_NONBLOCK;
  // Two at least: the first may be gone while the second is left.
  bool was_there = true;
  for (unsigned number = 0; number < 2 || was_there; ++number) {
    auto own = unfinished_name(name, *where, number);
    auto file = place.open(own.c_str(), how | O_NOFOLLOW);
    was_there = number < most_unfinished && (file || errno != ENOENT);
    struct stat info {};
    if (!file || file->fstat(file.get(), info) != 0 ||
        (info.st_mode & S_IFMT) != type || !take(file, place, own))
      continue;
    if (!found.file && is_ours(info, type))
      found = {std::move(file), std::move(own)};
    else if (S_ISREG(type) || info.st_uid == ::geteuid())
      remove(place, own, type);
  }
  return found;
}

errc create_unfinished(const descriptor& directory, const std::string& name,
                       mode_t type, unfinished& made,
                       const partial_directory& partial) {
  const auto& place = partial ? *partial : directory;
  const auto where = inode_of(directory);
  if (!where)
    return where.error().code;
  for (unsigned number = 0; number < most_unfinished; ++number) {
    auto own = unfinished_name(name, *where, number);
    descriptor file;
    if (S_ISREG(type)) {
      file = place.open(own.c_str(),
                        O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
      if (!file && errno != EEXIST)
        return from_errno(errno);
    } else if (place->mkdirat(place.get(), own.c_str(), 0700) == 0) {
      file = place.open(own.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    } else if (errno != EEXIST) {
      return from_errno(errno);
    }
    // Whoever was quicker to lock it took it for left over: it is theirs now.
    // Where there are no locks nothing is ever taken for that.
    if (!file || (!take(file, place, own) && errno == EWOULDBLOCK))
      continue;
    made = {std::move(file), std::move(own)};
    return errc::none;
  }
  return errc::already_exists;
}

errc make_private_again(const descriptor& file) {
  struct stat info {};
  if (file->fstat(file.get(), info) != 0)
    return from_errno(errno);
  if ((info.st_mode & 07777) == 0600)
    return errc::none;
  return result_of_call(file->fchmod(file.get(), 0600));
}

errc put_link(const descriptor& directory, const std::string& name,
              const std::string& target) {
  const auto where = inode_of(directory);
  if (!where)
    return where.error().code;
  // One name only, so that what a dead sync left is found: links have no locks.
  const auto own = unfinished_name(name, *where, most_unfinished);
  for (auto attempt = 0; attempt < 100; ++attempt) {
    if (directory->symlinkat(target.c_str(), directory.get(), own.c_str()) !=
        0) {
      if (errno != EEXIST)
        return from_errno(errno);
      if (directory->unlinkat(directory.get(), own.c_str(), 0) != 0 &&
          errno != ENOENT)
        return from_errno(errno);
      continue;
    }
    if (directory->renameat(directory.get(), own.c_str(), directory.get(),
                            name.c_str()) == 0)
      return errc::none;
    if (errno == ENOENT) // another sync of the same link was as quick
      continue;
    const auto failed = from_errno(errno);
    directory->unlinkat(directory.get(), own.c_str(), 0);
    return failed;
  }
  return errc::already_exists;
}

errc remove_tree(const descriptor& parent, const char* name) {
  auto first = errc::none;
  const auto note = [&first](errc result) {
    if (first == errc::none)
      first = result;
  };
  if (const auto directory =
          parent.open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)) {
    std::vector<std::string> names;
    note(result_of_call(directory->names(directory.get(), names)));
    for (const auto& each : names)
      if (directory->unlinkat(directory.get(), each.c_str(), 0) != 0)
        note(errno == EISDIR ? remove_tree(directory, each.c_str())
                             : from_errno(errno));
  }
  note(result_of_call(parent->unlinkat(parent.get(), name, AT_REMOVEDIR)));
  return first;
}

} // namespace troupe
