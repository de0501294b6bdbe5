// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_attributes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace troupe {

namespace {

constexpr mode_t permission_bits = 07777;

/// `now` is what came of it.
errc apply_owner(const descriptor& file, std::optional<uid_t> uid,
                 std::optional<gid_t> gid, struct stat& now) {
  if (file->fstat(file.get(), now) != 0)
    return from_errno(errno);
  constexpr auto same_uid = static_cast<uid_t>(-1);
  constexpr auto same_gid = static_cast<gid_t>(-1);
  auto result = errc::none;
  const auto change = [&](uid_t new_uid, gid_t new_gid) {
    if (file->fchown(file.get(), new_uid, new_gid) != 0 && errno != EPERM &&
        errno != EINVAL) // EINVAL: not mapped in this user namespace
      result = from_errno(errno);
  };
  // Separately and the group first: everybody may choose one of their groups,
  // nobody but root may give a file away.
  if (gid && *gid != now.st_gid)
    change(same_uid, *gid);
  if (result == errc::none && uid && *uid != now.st_uid)
    change(*uid, same_gid);
  if (result == errc::none && file->fstat(file.get(), now) != 0)
    result = from_errno(errno);
  return result;
}

/// For futimens(2) and utimensat(2).
std::array<timespec, 2> times_of(const file_metadata& metadata,
                                 const metadata_choice& choice) {
  std::array<timespec, 2> times{{{0, UTIME_OMIT}, {0, UTIME_OMIT}}};
  const auto set = [](timespec& time, std::int64_t seconds,
                      std::uint64_t nanoseconds) {
    time.tv_sec = static_cast<time_t>(seconds);
    // Larger values could be read as UTIME_NOW or UTIME_OMIT.
    time.tv_nsec =
        static_cast<long>(std::min<std::uint64_t>(nanoseconds, 999'999'999));
  };
  if (choice.atime)
    set(times[0], metadata.atime_s, metadata.atime_ns);
  if (choice.mtime)
    set(times[1], metadata.mtime_s, metadata.mtime_ns);
  return times;
}

errc apply_times(const descriptor& file, const file_metadata& metadata,
                 const metadata_choice& choice) {
  if (!choice.mtime && !choice.atime)
    return errc::none;
  const auto times = times_of(metadata, choice);
  return file->futimens(file.get(), times) == 0 ? errc::none
                                                : from_errno(errno);
}

} // namespace

file_metadata metadata_of(const struct stat& info) noexcept {
  file_metadata metadata;
  metadata.mode = info.st_mode;
  metadata.uid = info.st_uid;
  metadata.gid = info.st_gid;
  metadata.mtime_s = info.st_mtim.tv_sec;
  metadata.mtime_ns = static_cast<std::uint64_t>(info.st_mtim.tv_nsec);
  metadata.atime_s = info.st_atim.tv_sec;
  metadata.atime_ns = static_cast<std::uint64_t>(info.st_atim.tv_nsec);
  return metadata;
}

file_identity identity_of(const struct stat& info) noexcept {
  const auto in_ns = [](const timespec& t) {
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
  };
  return {info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size),
          in_ns(info.st_mtim), in_ns(info.st_ctim)};
}

errc apply_attributes(const descriptor& file,
                      const std::optional<struct stat>& replaced,
                      const file_metadata& metadata,
                      const metadata_choice& choice) {
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
  std::optional<mode_t> mode;
  if (replaced) {
    uid = replaced->st_uid;
    gid = replaced->st_gid;
    mode = replaced->st_mode;
  }
  if (choice.owner)
    uid = metadata.uid;
  if (choice.group)
    gid = metadata.gid;
  if (choice.mode)
    mode = metadata.mode;

  // In this order: giving a file away clears set-user-id, and a mode without
  // write permission must not be in force before the owner is.
  struct stat now {};
  if (const auto result = apply_owner(file, uid, gid, now); result != errc::none)
    return result;
  if (mode) {
    if (choice.mode != choice.owner || uid != now.st_uid)
      *mode &= ~static_cast<mode_t>(S_ISUID);
    if (choice.mode != choice.group || gid != now.st_gid)
      *mode &= ~static_cast<mode_t>(S_ISGID);
    if (file->fchmod(file.get(), *mode & permission_bits) != 0)
      return from_errno(errno);
  }
  return apply_times(file, metadata, choice);
}

bool is_as_chosen(const struct stat& info, const file_metadata& metadata,
                  const metadata_choice& choice) noexcept {
  const auto now = metadata_of(info);
  return (!choice.owner || now.uid == metadata.uid) &&
         (!choice.group || now.gid == metadata.gid) &&
         (!choice.mode ||
          ((now.mode ^ metadata.mode) & permission_bits) == 0) &&
         (!choice.mtime || (now.mtime_s == metadata.mtime_s &&
                            now.mtime_ns == metadata.mtime_ns)) &&
         (!choice.atime || (now.atime_s == metadata.atime_s &&
                            now.atime_ns == metadata.atime_ns));
}

errc apply_link_attributes(const descriptor& directory, const char* name,
                           const file_metadata& metadata,
                           const metadata_choice& choice) {
  constexpr auto same_uid = static_cast<uid_t>(-1);
  constexpr auto same_gid = static_cast<gid_t>(-1);
  const auto change = [&](uid_t uid, gid_t gid) {
    return directory->fchownat(directory.get(), name, uid, gid,
                               AT_SYMLINK_NOFOLLOW) == 0 ||
           errno == EPERM || errno == EINVAL;
  };
  if ((choice.group && !change(same_uid, metadata.gid)) ||
      (choice.owner && !change(metadata.uid, same_gid)))
    return from_errno(errno);
  if (!choice.mtime && !choice.atime)
    return errc::none;
  const auto times = times_of(metadata, choice);
  return directory->utimensat(directory.get(), name, times,
                              AT_SYMLINK_NOFOLLOW) == 0
             ? errc::none
             : from_errno(errno);
}

} // namespace troupe
