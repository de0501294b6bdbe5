// SPDX-License-Identifier: BSD-3-Clause
// Private to core: what the sinks ask of the operating system.
#pragma once

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// The calls that make, change and look at files. Each does what the system
/// call of its name does (man page 2) and says so in the same way: -1 and
/// errno. Repeats what a signal interrupted. Descriptors of one file system
/// mean nothing to another. An interface, so that tests can fail any call, and
/// lose what was not made durable. Any thread, as far as the calls allow it.
/// Blocks on the disk.
class file_system {
public:
  virtual ~file_system() = default;

  // Names. `directory` may be AT_FDCWD.
  virtual int openat(int directory, const char* name, int flags,
                     mode_t mode) = 0;
  /// openat2(2): nothing on the way is a link or leads out of `root`.
  virtual int open_beneath(int root, const char* path, int flags) = 0;
  virtual int dup(int fd) = 0; ///< close-on-exec
  virtual void close(int fd) noexcept = 0;
  virtual int mkdirat(int directory, const char* name, mode_t mode) = 0;
  virtual int symlinkat(const char* target, int directory,
                        const char* name) = 0;
  virtual ssize_t readlinkat(int directory, const char* name,
                             std::span<char> target) = 0;
  virtual int renameat(int from, const char* old_name, int to,
                       const char* new_name) = 0;
  virtual int unlinkat(int directory, const char* name, int flags) = 0;
  /// Appends all names in a directory but "." and "..".
  virtual int names(int directory, std::vector<std::string>& into) = 0;

  // Content.
  virtual ssize_t pread(int fd, std::span<std::byte> into, off_t at) = 0;
  virtual ssize_t preadv(int fd, std::span<const iovec> into, off_t at) = 0;
  virtual ssize_t pwrite(int fd, std::span<const std::byte> from,
                         off_t at) = 0;
  virtual ssize_t pwritev(int fd, std::span<const iovec> from, off_t at) = 0;
  virtual int ftruncate(int fd, off_t length) = 0;
  virtual int fallocate(int fd, int mode, off_t at, off_t length) = 0;
  /// FICLONERANGE, ioctl_ficlonerange(2).
  virtual int clone_range(int from, off_t from_at, off_t length, int to,
                          off_t to_at) = 0;
  virtual ssize_t copy_file_range(int from, off_t from_at, int to, off_t to_at,
                                  std::size_t length) = 0;
  virtual off_t lseek(int fd, off_t at, int what) = 0;

  // Inodes.
  virtual int fstat(int fd, struct stat& info) = 0;
  virtual int fstatat(int directory, const char* name, struct stat& info,
                      int flags) = 0;
  virtual int statx(int fd, unsigned mask, struct statx& info) = 0;
  virtual int faccessat(int directory, const char* name, int mode,
                        int flags) = 0;
  virtual int fchmod(int fd, mode_t mode) = 0;
  virtual int fchown(int fd, uid_t uid, gid_t gid) = 0;
  virtual int fchownat(int directory, const char* name, uid_t uid, gid_t gid,
                       int flags) = 0;
  virtual int futimens(int fd, std::span<const timespec, 2> times) = 0;
  virtual int utimensat(int directory, const char* name,
                        std::span<const timespec, 2> times, int flags) = 0;
  /// flock(2): exclusive, without waiting. Goes with the descriptor.
  virtual int lock(int fd) = 0;
  /// Whether files here are in memory only (tmpfs).
  virtual bool is_in_memory(int fd) = 0;

  virtual int fstatvfs(int fd, struct statvfs& info) = 0;

  // What lasts.
  virtual int fsync(int fd) = 0;
  virtual int fdatasync(int fd) = 0;
  virtual int syncfs(int fd) = 0;
  /// Has the kernel begin to write; only a hint.
  virtual void start_writeback(int fd, off_t at, off_t length) noexcept = 0;
};

/// The real one. Without state, and always there.
file_system& posix_file_system() noexcept;

/// Owns a descriptor and knows where it is from; without one it is false, and
/// get() is -1. `file->fsync(file.get())` calls its file system.
class descriptor {
public:
  descriptor() = default;
  /// `of` outlives the handle. A negative `fd` is none.
  descriptor(file_system& of, int fd) noexcept : of_(&of), fd_(fd) {}
  descriptor(descriptor&& other) noexcept
      : of_(other.of_), fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(of_, other.of_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0)
      of_->close(fd_);
  }

  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  file_system& of() const noexcept { return *of_; }
  file_system* operator->() const noexcept { return of_; }

  /// openat(2) in this directory, close-on-exec.
  descriptor open(const char* name, int flags, mode_t mode = 0) const;
  /// Another descriptor of the same open file.
  descriptor dup() const { return {*of_, of_->dup(fd_)}; }

private:
  file_system* of_ = nullptr;
  int fd_ = -1;
};

/// open(2), close-on-exec.
descriptor open_path(file_system& files, const char* path, int flags,
                      mode_t mode = 0);

} // namespace troupe
