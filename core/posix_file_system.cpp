// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace troupe {

namespace {

template <class Call>
auto retry_interrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR)
    result = call();
  return result;
}

/// open_beneath() for kernels before 5.6: one component after the other.
int walk_beneath(int root, const std::string& path, int flags) {
  auto at = -1;
  const auto leave = [&at] {
    const auto number = errno;
    if (at >= 0)
      ::close(at);
    errno = number;
    return -1;
  };
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto component = path.substr(begin, end - begin);
    if (component == "..") {
      errno = EXDEV;
      return leave();
    }
    const auto from = at >= 0 ? at : root;
    const auto how = end == path.size()
                         ? flags | O_NOFOLLOW | O_CLOEXEC
                         : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const auto next = retry_interrupted(
        [&] { return ::openat(from, component.c_str(), how); });
    if (next < 0) {
      // With O_DIRECTORY a link is only said to be no directory.
      struct stat info {};
      const auto number = errno;
      const bool is_link =
          number == ENOTDIR &&
          ::fstatat(from, component.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
          S_ISLNK(info.st_mode);
      errno = is_link ? ELOOP : number;
      return leave();
    }
    if (at >= 0)
      ::close(at);
    at = next;
    begin = end + 1;
  }
  return at;
}

class posix_files final : public file_system {
public:
  int openat(int directory, const char* name, int flags,
             mode_t mode) override {
    return retry_interrupted(
        [&] { return ::openat(directory, name, flags | O_CLOEXEC, mode); });
  }

  int open_beneath(int root, const char* path, int flags) override {
    open_how how{};
    // Without O_NOFOLLOW: no link is followed in any case, and a last one is
    // told from what is no directory.
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve =
        RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    long result = -1;
    do { // EAGAIN: something was renamed meanwhile
      result = ::syscall(SYS_openat2, root, path, &how, sizeof(how));
    } while (result < 0 && (errno == EINTR || errno == EAGAIN));
    if (result < 0 && errno == ENOSYS)
      return walk_beneath(root, path, flags);
    return static_cast<int>(result);
  }

  int dup(int fd) override { return ::fcntl(fd, F_DUPFD_CLOEXEC, 0); }
  void close(int fd) noexcept override { ::close(fd); }

  int mkdirat(int directory, const char* name, mode_t mode) override {
    return ::mkdirat(directory, name, mode);
  }
  int symlinkat(const char* target, int directory, const char* name) override {
    return ::symlinkat(target, directory, name);
  }
  ssize_t readlinkat(int directory, const char* name,
                     std::span<char> target) override {
    return ::readlinkat(directory, name, target.data(), target.size());
  }
  int renameat(int from, const char* old_name, int to,
               const char* new_name) override {
    return ::renameat(from, old_name, to, new_name);
  }
  int unlinkat(int directory, const char* name, int flags) override {
    return ::unlinkat(directory, name, flags);
  }

  int names(int directory, std::vector<std::string>& into) override {
    // A descriptor of its own: reading moves an offset that duplicates share.
    const auto own = openat(directory, ".", O_RDONLY | O_DIRECTORY, 0);
    if (own < 0)
      return -1;
    auto* stream = ::fdopendir(own);
    if (stream == nullptr) {
      const auto number = errno;
      ::close(own);
      errno = number;
      return -1;
    }
    errno = 0;
    while (const auto* each = ::readdir(stream)) {
      if (std::strcmp(each->d_name, ".") != 0 &&
          std::strcmp(each->d_name, "..") != 0)
        into.emplace_back(each->d_name);
      errno = 0;
    }
    const auto number = errno;
    ::closedir(stream);
    errno = number;
    return number == 0 ? 0 : -1;
  }

  ssize_t pread(int fd, std::span<std::byte> into, off_t at) override {
    return retry_interrupted(
        [&] { return ::pread(fd, into.data(), into.size(), at); });
  }
  ssize_t preadv(int fd, std::span<const iovec> into, off_t at) override {
    return retry_interrupted([&] {
      return ::preadv(fd, into.data(), static_cast<int>(into.size()), at);
    });
  }
  ssize_t pwrite(int fd, std::span<const std::byte> from, off_t at) override {
    return retry_interrupted(
        [&] { return ::pwrite(fd, from.data(), from.size(), at); });
  }
  ssize_t pwritev(int fd, std::span<const iovec> from, off_t at) override {
    return retry_interrupted([&] {
      return ::pwritev(fd, from.data(), static_cast<int>(from.size()), at);
    });
  }
  int ftruncate(int fd, off_t length) override {
    return retry_interrupted([&] { return ::ftruncate(fd, length); });
  }
  int fallocate(int fd, int mode, off_t at, off_t length) override {
    return retry_interrupted([&] { return ::fallocate(fd, mode, at, length); });
  }
  int clone_range(int from, off_t from_at, off_t length, int to,
                  off_t to_at) override {
    file_clone_range range{};
    range.src_fd = from;
    range.src_offset = static_cast<std::uint64_t>(from_at);
    range.src_length = static_cast<std::uint64_t>(length);
    range.dest_offset = static_cast<std::uint64_t>(to_at);
    return retry_interrupted([&] { return ::ioctl(to, FICLONERANGE, &range); });
  }
  ssize_t copy_file_range(int from, off_t from_at, int to, off_t to_at,
                          std::size_t length) override {
    return retry_interrupted([&] {
      return ::copy_file_range(from, &from_at, to, &to_at, length, 0);
    });
  }
  off_t lseek(int fd, off_t at, int what) override {
    return ::lseek(fd, at, what);
  }

  int fstat(int fd, struct stat& info) override { return ::fstat(fd, &info); }
  int fstatat(int directory, const char* name, struct stat& info,
              int flags) override {
    return ::fstatat(directory, name, &info, flags);
  }
  int statx(int fd, unsigned mask, struct statx& info) override {
    return ::statx(fd, "", AT_EMPTY_PATH, mask, &info);
  }
  int faccessat(int directory, const char* name, int mode,
                int flags) override {
    return ::faccessat(directory, name, mode, flags);
  }
  int fchmod(int fd, mode_t mode) override { return ::fchmod(fd, mode); }
  int fchown(int fd, uid_t uid, gid_t gid) override {
    return ::fchown(fd, uid, gid);
  }
  int fchownat(int directory, const char* name, uid_t uid, gid_t gid,
               int flags) override {
    return ::fchownat(directory, name, uid, gid, flags);
  }
  int futimens(int fd, std::span<const timespec, 2> times) override {
    return ::futimens(fd, times.data());
  }
  int utimensat(int directory, const char* name,
                std::span<const timespec, 2> times, int flags) override {
    return ::utimensat(directory, name, times.data(), flags);
  }
  int lock(int fd) override {
    return retry_interrupted([&] { return ::flock(fd, LOCK_EX | LOCK_NB); });
  }
  bool is_in_memory(int fd) override {
    struct statfs info {};
    return ::fstatfs(fd, &info) == 0 && info.f_type == TMPFS_MAGIC;
  }

  int fsync(int fd) override {
    return retry_interrupted([&] { return ::fsync(fd); });
  }
  int fdatasync(int fd) override {
    return retry_interrupted([&] { return ::fdatasync(fd); });
  }
  int fstatvfs(int fd, struct statvfs& info) override {
    return retry_interrupted([&] { return ::fstatvfs(fd, &info); });
  }
  int syncfs(int fd) override { return ::syncfs(fd); }
  void start_writeback(int fd, off_t at, off_t length) noexcept override {
    ::sync_file_range(fd, at, length, SYNC_FILE_RANGE_WRITE);
  }
};

} // namespace

file_system& posix_file_system() noexcept {
  static posix_files files;
  return files;
}

descriptor descriptor::open(const char* name, int flags,
                              mode_t mode) const {
  return {*of_, of_->openat(fd_, name, flags | O_CLOEXEC, mode)};
}

descriptor open_path(file_system& files, const char* path, int flags,
                      mode_t mode) {
  return {files, files.openat(AT_FDCWD, path, flags | O_CLOEXEC, mode)};
}

} // namespace troupe
