// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"

#include <librecast/sync.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <limits>

using namespace troupe::capi;

namespace {

class file {
public:
  file(const char* path, int flags, mode_t mode)
      : fd_(open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)) {}
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  ~file() {
    errno_keeper keep;
    if (fd_ != -1)
      close(fd_);
  }
  int fd() const { return fd_; }

private:
  int fd_;
};

/// errno of an open that did not follow a link, as this API reports it.
int open_error() { return errno == ELOOP ? EMLINK : errno; }

/// errno for what cannot be mapped; 0 for a regular file.
int kind_error(mode_t mode) {
  switch (mode & S_IFMT) {
  case S_IFREG:
    return 0;
  case S_IFDIR:
    return EISDIR;
  case S_IFLNK:
    return EMLINK;
  default:
    return ENODEV; // as mmap says of what it cannot map
  }
}

void* map(const file& from, std::size_t len, int prot, int flags, off_t off) {
  return mmap(nullptr, len, prot, flags, from.fd(), off);
}

void* map_for_writing(const char* path, std::size_t len, int prot, int flags,
                      off_t off, struct stat* sb) {
  if (len == 0)
    return fail(ENODATA, MAP_FAILED);
  if (len > static_cast<std::uintmax_t>(std::numeric_limits<off_t>::max() - off))
    return fail(EFBIG, MAP_FAILED);
  const mode_t mode = sb != nullptr && sb->st_mode != 0 ? sb->st_mode : 0600;
  const file to{path, O_RDWR | O_CREAT | O_NONBLOCK, mode & 07777};
  if (to.fd() == -1)
    return fail(open_error(), MAP_FAILED);
  struct stat now;
  if (fstat(to.fd(), &now) == -1)
    return MAP_FAILED;
  if (const int error = kind_error(now.st_mode))
    return fail(error, MAP_FAILED);
  if (ftruncate(to.fd(), off + static_cast<off_t>(len)) == -1)
    return MAP_FAILED;
  if (sb != nullptr && fstat(to.fd(), sb) == -1)
    return MAP_FAILED;
  return map(to, len, prot, flags, off);
}

void* map_for_reading(const char* path, std::size_t* len, int prot, int flags,
                      off_t off, struct stat* sb) {
  struct stat now;
  if (lstat(path, &now) == -1) // before opening: not to wake up devices
    return MAP_FAILED;
  if (const int error = kind_error(now.st_mode))
    return fail(error, MAP_FAILED);
  const file from{path, O_RDONLY | O_NONBLOCK, 0};
  if (from.fd() == -1)
    return fail(open_error(), MAP_FAILED);
  if (fstat(from.fd(), &now) == -1)
    return MAP_FAILED;
  if (const int error = kind_error(now.st_mode))
    return fail(error, MAP_FAILED);
  if (sb != nullptr && sb->st_ino == 0)
    *sb = now;
  if (now.st_size <= off)
    return fail(ENODATA, MAP_FAILED);
  // The size of what is open, not of what *sb remembers: touching pages
  // behind the end of a file kills the process.
  const auto size = static_cast<std::size_t>(now.st_size - off);
  auto* const data = map(from, size, prot, flags, off);
  if (data != MAP_FAILED)
    *len = size;
  return data;
}

} // namespace

extern "C" void* lc_mmapfile(const char* path, std::size_t* len, int prot,
                             int flags, off_t offset, struct stat* sb) {
  if (path == nullptr || len == nullptr || offset < 0)
    return fail(EINVAL, MAP_FAILED);
  return (prot & PROT_WRITE) != 0
             ? map_for_writing(path, *len, prot, flags, offset, sb)
             : map_for_reading(path, len, prot, flags, offset, sb);
}
