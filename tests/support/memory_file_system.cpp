// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/memory_file_system.hpp"

#include <fcntl.h>
#include <linux/falloc.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace troupe::test {

namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
/// Copies of more go in several calls, as the kernel's may.
constexpr std::size_t most_copied = 65536;

int fail(int number) {
  errno = number;
  return -1;
}

timespec as_timespec(std::int64_t ns) {
  return {ns / ns_per_s, ns % ns_per_s};
}

} // namespace

memory_file_system::memory_file_system() {
  make(S_IFDIR | 0755); // number 1: "/"
  settle();
}

// -- steps ------------------------------------------------------------------------

void memory_file_system::reset_steps() {
  steps_ = cut_before_ = fail_at_ = full_from_ = 0;
  has_happened_ = is_dead_ = false;
  trace_.clear();
}

void memory_file_system::fail_at(std::uint64_t step, int number) {
  fail_at_ = step;
  fail_with_ = number;
}

bool memory_file_system::is_dead() {
  if (is_dead_)
    errno = EIO;
  return is_dead_;
}

bool memory_file_system::step(std::string what, bool takes_room) {
  fails_halfway_ = false;
  if (is_dead())
    return false;
  ++steps_;
  trace_.push_back(std::move(what));
  if (steps_ == cut_before_) {
    is_dead_ = has_happened_ = true;
    errno = EIO;
    return false;
  }
  if (steps_ == fail_at_) {
    has_happened_ = fails_halfway_ = true;
    errno = fail_with_;
    return false;
  }
  if (takes_room && full_from_ != 0 && steps_ >= full_from_) {
    has_happened_ = true;
    errno = ENOSPC;
    return false;
  }
  return true;
}

// -- inodes and names -------------------------------------------------------------

memory_file_system::inode& memory_file_system::make(mode_t mode) {
  auto node = std::make_unique<inode>();
  node->number = next_node_++;
  node->born_ns = tick();
  node->now = {mode, ::geteuid(), ::getegid(), now_ns_, now_ns_, now_ns_};
  node->durable = node->now;
  auto& result = *node;
  nodes_.emplace(result.number, std::move(node));
  return result;
}

memory_file_system::inode* memory_file_system::of(int fd) {
  const auto found = open_.find(fd);
  if (found == open_.end()) {
    errno = EBADF;
    return nullptr;
  }
  return nodes_.at(found->second.node).get();
}

memory_file_system::inode* memory_file_system::walk(int directory,
                                                    const std::string& path,
                                                    bool beneath,
                                                    inode** parent,
                                                    std::string* last) {
  inode* at = nullptr;
  if (!path.empty() && path.front() == '/')
    at = nodes_.at(1).get();
  else if ((at = of(directory)) == nullptr)
    return nullptr;
  if (parent != nullptr)
    *parent = nullptr;
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto name = path.substr(begin, end - begin);
    begin = end + 1;
    if (name.empty() || name == ".")
      continue;
    if (name == "..") {
      errno = EXDEV;
      return nullptr;
    }
    if (!at->is_directory()) {
      errno = S_ISLNK(at->now.mode) && beneath ? ELOOP : ENOTDIR;
      return nullptr;
    }
    const bool is_last = begin >= path.size();
    if (is_last && parent != nullptr) {
      *parent = at;
      *last = name;
    }
    const auto found = at->entries.find(name);
    if (found == at->entries.end()) {
      errno = ENOENT;
      return nullptr;
    }
    at = nodes_.at(found->second).get();
  }
  return at;
}

memory_file_system::inode* memory_file_system::find(int directory,
                                                    const char* name,
                                                    inode** parent,
                                                    std::string* last) {
  return walk(directory, name, false, parent, last);
}

int memory_file_system::give(inode& node, int flags) {
  open_.emplace(next_fd_, opened{node.number, flags});
  return next_fd_++;
}

int memory_file_system::openat(int directory, const char* name, int flags,
                               mode_t mode) {
  if (is_dead())
    return -1;
  inode* parent = nullptr;
  std::string last;
  auto* node = find(directory, name, &parent, &last);
  if (node == nullptr && ((flags & O_CREAT) == 0 || parent == nullptr))
    return -1;
  if (node == nullptr) {
    if (!step("create " + last, true))
      return -1;
    node = &make(S_IFREG | (mode & 0777 & ~mode_t{022}));
    parent->now.mtime_ns = tick();
    commit({{parent->number, last, node->number}});
    return give(*node, flags);
  }
  if ((flags & O_EXCL) != 0 && (flags & O_CREAT) != 0)
    return fail(EEXIST);
  if (S_ISLNK(node->now.mode) && (flags & O_PATH) == 0)
    return fail(ELOOP);
  if ((flags & O_DIRECTORY) != 0 && !node->is_directory())
    return fail(ENOTDIR);
  if (node->is_directory() && (flags & O_ACCMODE) != O_RDONLY)
    return fail(EISDIR);
  return give(*node, flags);
}

int memory_file_system::open_beneath(int root, const char* path, int flags) {
  if (is_dead())
    return -1;
  auto* node = walk(root, path, true, nullptr, nullptr);
  if (node == nullptr)
    return -1;
  if (S_ISLNK(node->now.mode))
    return fail(ELOOP);
  if ((flags & O_DIRECTORY) != 0 && !node->is_directory())
    return fail(ENOTDIR);
  return give(*node, flags);
}

int memory_file_system::dup(int fd) {
  if (is_dead())
    return -1;
  auto* node = of(fd);
  return node == nullptr ? -1 : give(*node, open_.at(fd).flags);
}

void memory_file_system::close(int fd) noexcept {
  if (const auto found = open_.find(fd); found != open_.end()) {
    auto& node = *nodes_.at(found->second.node);
    if (node.locked_by == fd)
      node.locked_by = -1;
    open_.erase(found);
  }
}

int memory_file_system::mkdirat(int directory, const char* name, mode_t mode) {
  inode* parent = nullptr;
  std::string last;
  if (is_dead())
    return -1;
  if (find(directory, name, &parent, &last) != nullptr)
    return fail(EEXIST);
  if (parent == nullptr || !step("mkdir " + last, true))
    return -1;
  parent->now.mtime_ns = tick();
  commit({{parent->number, last,
           make(S_IFDIR | (mode & 0777 & ~mode_t{022})).number}});
  return 0;
}

int memory_file_system::symlinkat(const char* target, int directory,
                                  const char* name) {
  inode* parent = nullptr;
  std::string last;
  if (is_dead())
    return -1;
  if (find(directory, name, &parent, &last) != nullptr)
    return fail(EEXIST);
  if (parent == nullptr || !step("symlink " + last, true))
    return -1;
  auto& node = make(S_IFLNK | 0777);
  const auto text = std::as_bytes(std::span{target, std::strlen(target)});
  node.data.bytes.assign(text.begin(), text.end());
  node.durable_data = node.data; // it comes with the inode
  parent->now.mtime_ns = tick();
  commit({{parent->number, last, node.number}});
  return 0;
}

ssize_t memory_file_system::readlinkat(int directory, const char* name,
                                       std::span<char> target) {
  if (is_dead())
    return -1;
  const auto* node = find(directory, name);
  if (node == nullptr)
    return -1;
  if (!S_ISLNK(node->now.mode))
    return fail(EINVAL);
  const auto count = std::min(target.size(), node->data.bytes.size());
  std::memcpy(target.data(), node->data.bytes.data(), count);
  return static_cast<ssize_t>(count);
}

int memory_file_system::renameat(int from, const char* old_name, int to,
                                 const char* new_name) {
  if (is_dead())
    return -1;
  inode *old_parent = nullptr, *new_parent = nullptr;
  std::string old_last, new_last;
  auto* node = find(from, old_name, &old_parent, &old_last);
  if (node == nullptr)
    return -1;
  const auto* there = find(to, new_name, &new_parent, &new_last);
  if (new_parent == nullptr)
    return -1;
  if (there != nullptr && there->is_directory() != node->is_directory())
    return fail(there->is_directory() ? EISDIR : ENOTDIR);
  if (there != nullptr && there->is_directory() && !there->entries.empty())
    return fail(ENOTEMPTY);
  if (!step("rename " + old_last + " " + new_last, true))
    return -1;
  old_parent->now.mtime_ns = new_parent->now.mtime_ns = tick();
  commit({{old_parent->number, old_last, std::nullopt},
          {new_parent->number, new_last, node->number}});
  return 0;
}

int memory_file_system::unlinkat(int directory, const char* name, int flags) {
  if (is_dead())
    return -1;
  inode* parent = nullptr;
  std::string last;
  const auto* node = find(directory, name, &parent, &last);
  if (node == nullptr)
    return -1;
  if (node->is_directory() != ((flags & AT_REMOVEDIR) != 0))
    return fail(node->is_directory() ? EISDIR : ENOTDIR);
  if (!node->entries.empty())
    return fail(ENOTEMPTY);
  if (!step("unlink " + last, false))
    return -1;
  parent->now.mtime_ns = tick();
  commit({{parent->number, last, std::nullopt}});
  return 0;
}

int memory_file_system::names(int directory, std::vector<std::string>& into) {
  if (is_dead())
    return -1;
  const auto* node = of(directory);
  if (node == nullptr)
    return -1;
  for (const auto& [name, number] : node->entries)
    into.push_back(name);
  return 0;
}

// -- content ----------------------------------------------------------------------

ssize_t memory_file_system::pread(int fd, std::span<std::byte> into,
                                  off_t at) {
  if (is_dead())
    return -1;
  const auto* node = of(fd);
  if (node == nullptr)
    return -1;
  const auto& bytes = node->data.bytes;
  const auto from = std::min(static_cast<std::size_t>(at), bytes.size());
  const auto count = std::min(into.size(), bytes.size() - from);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), count,
              into.begin());
  return static_cast<ssize_t>(count);
}

ssize_t memory_file_system::preadv(int fd, std::span<const iovec> into,
                                   off_t at) {
  ssize_t sum = 0;
  for (const auto& each : into) {
    const auto got = pread(
        fd, {static_cast<std::byte*>(each.iov_base), each.iov_len}, at + sum);
    if (got < 0)
      return -1;
    sum += got;
  }
  return sum;
}

void memory_file_system::resize(inode& node, std::size_t length) {
  auto& data = node.data;
  if (length < data.bytes.size()) {
    const auto first_gone = (length + page_bytes - 1) / page_bytes;
    data.pages.erase(data.pages.lower_bound(first_gone), data.pages.end());
    if (length % page_bytes != 0)
      node.dirty.insert(length / page_bytes);
  }
  data.bytes.resize(length);
  node.now.mtime_ns = node.now.ctime_ns = tick();
}

void memory_file_system::write(inode& node, std::span<const std::byte> from,
                               std::size_t at) {
  if (node.data.bytes.size() < at + from.size())
    node.data.bytes.resize(at + from.size());
  std::copy(from.begin(), from.end(),
            node.data.bytes.begin() + static_cast<std::ptrdiff_t>(at));
  if (!from.empty())
    for (auto page = at / page_bytes; page <= (at + from.size() - 1) / page_bytes;
         ++page) {
      node.data.pages.insert(page);
      node.dirty.insert(page);
    }
  node.now.mtime_ns = node.now.ctime_ns = tick();
}

ssize_t memory_file_system::pwrite(int fd, std::span<const std::byte> from,
                                   off_t at) {
  auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr)
    return -1;
  if (!step("write " + std::to_string(from.size()) + " at " +
                std::to_string(at),
            true)) {
    if (fails_halfway_)
      write(*node, from.first(from.size() / 2), static_cast<std::size_t>(at));
    return -1;
  }
  write(*node, from, static_cast<std::size_t>(at));
  return static_cast<ssize_t>(from.size());
}

ssize_t memory_file_system::pwritev(int fd, std::span<const iovec> from,
                                    off_t at) {
  std::vector<std::byte> all;
  for (const auto& each : from) {
    const auto* first = static_cast<const std::byte*>(each.iov_base);
    all.insert(all.end(), first, first + each.iov_len);
  }
  return pwrite(fd, all, at);
}

int memory_file_system::ftruncate(int fd, off_t length) {
  auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr || !step("truncate " + std::to_string(length), false))
    return -1;
  resize(*node, static_cast<std::size_t>(length));
  return 0;
}

int memory_file_system::fallocate(int fd, int mode, off_t at, off_t length) {
  auto* node = is_dead() ? nullptr : of(fd);
  const bool punches = (mode & FALLOC_FL_PUNCH_HOLE) != 0;
  if (node == nullptr || !step(punches ? "punch" : "allocate", !punches))
    return -1;
  const auto begin = static_cast<std::size_t>(at);
  const auto end = begin + static_cast<std::size_t>(length);
  if (punches) {
    const auto last = std::min(end, node->data.bytes.size());
    for (auto each = begin; each < last; ++each)
      node->data.bytes[each] = std::byte{0};
    for (auto page = begin / page_bytes; page * page_bytes < last; ++page) {
      node->dirty.insert(page);
      if (page * page_bytes >= begin && (page + 1) * page_bytes <= end)
        node->data.pages.erase(page);
    }
  } else if ((mode & FALLOC_FL_KEEP_SIZE) == 0 &&
             node->data.bytes.size() < end) {
    node->data.bytes.resize(end);
  }
  node->now.mtime_ns = node->now.ctime_ns = tick();
  return 0;
}

int memory_file_system::clone_range(int, off_t, off_t, int, off_t) {
  return is_dead() ? -1 : fail(EOPNOTSUPP);
}

ssize_t memory_file_system::copy_file_range(int from, off_t from_at, int to,
                                            off_t to_at, std::size_t length) {
  std::vector<std::byte> bytes(std::min(length, most_copied));
  const auto got = pread(from, bytes, from_at);
  if (got <= 0)
    return got;
  bytes.resize(static_cast<std::size_t>(got));
  return pwrite(to, bytes, to_at);
}

off_t memory_file_system::lseek(int fd, off_t at, int what) {
  const auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr)
    return -1;
  const auto size = static_cast<off_t>(node->data.bytes.size());
  if (at >= size)
    return fail(ENXIO);
  const auto has = [&](off_t byte) {
    return node->data.pages.contains(static_cast<std::size_t>(byte) /
                                     page_bytes);
  };
  const bool wants_data = what == SEEK_DATA;
  while (at < size && has(at) != wants_data)
    at = (at / static_cast<off_t>(page_bytes) + 1) *
         static_cast<off_t>(page_bytes);
  if (at >= size)
    return wants_data ? fail(ENXIO) : size;
  return at;
}

// -- attributes -------------------------------------------------------------------

void memory_file_system::fill(const inode& node, struct stat& info) const {
  info = {};
  info.st_dev = 77;
  info.st_ino = node.number;
  info.st_mode = node.now.mode;
  info.st_uid = node.now.uid;
  info.st_gid = node.now.gid;
  info.st_size = static_cast<off_t>(node.data.bytes.size());
  info.st_blocks = static_cast<blkcnt_t>(node.data.pages.size() * 8);
  info.st_mtim = as_timespec(node.now.mtime_ns);
  info.st_atim = as_timespec(node.now.atime_ns);
  info.st_ctim = as_timespec(node.now.ctime_ns);
  for (const auto& [number, other] : nodes_)
    for (const auto& [name, target] : other->entries)
      info.st_nlink += target == node.number;
}

int memory_file_system::fstat(int fd, struct stat& info) {
  const auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr)
    return -1;
  fill(*node, info);
  return 0;
}

int memory_file_system::fstatat(int directory, const char* name,
                                struct stat& info, int) {
  const auto* node = is_dead() ? nullptr : find(directory, name);
  if (node == nullptr)
    return -1;
  fill(*node, info);
  return 0;
}

int memory_file_system::fstatvfs(int, struct statvfs& info) {
  // More room than anybody needs: a full disk is told by the call that fails.
  info = {};
  info.f_frsize = 4096;
  info.f_bavail = std::uint64_t{1} << 40;
  return 0;
}

int memory_file_system::statx(int fd, unsigned, struct statx& info) {
  const auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr)
    return -1;
  info = {};
  info.stx_mask = STATX_INO | STATX_BTIME;
  info.stx_dev_minor = 77;
  info.stx_ino = node->number;
  info.stx_btime.tv_sec = node->born_ns / ns_per_s;
  info.stx_btime.tv_nsec = static_cast<std::uint32_t>(node->born_ns % ns_per_s);
  return 0;
}

int memory_file_system::faccessat(int directory, const char* name, int, int) {
  return !is_dead() && find(directory, name) != nullptr ? 0 : -1;
}

int memory_file_system::fchmod(int fd, mode_t mode) {
  auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr || !step("chmod", false))
    return -1;
  node->now.mode = (node->now.mode & S_IFMT) | (mode & 07777);
  node->now.ctime_ns = tick();
  return 0;
}

int memory_file_system::fchown(int fd, uid_t uid, gid_t gid) {
  auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr || !step("chown", false))
    return -1;
  if (uid != static_cast<uid_t>(-1))
    node->now.uid = uid;
  if (gid != static_cast<gid_t>(-1))
    node->now.gid = gid;
  node->now.ctime_ns = tick();
  return 0;
}

int memory_file_system::fchownat(int directory, const char* name, uid_t uid,
                                 gid_t gid, int) {
  auto* node = is_dead() ? nullptr : find(directory, name);
  if (node == nullptr)
    return -1;
  const auto fd = give(*node, O_PATH);
  const auto result = fchown(fd, uid, gid);
  close(fd);
  return result;
}

void memory_file_system::set_times(inode& node,
                                   std::span<const timespec, 2> times) {
  const auto ns = [](const timespec& t) {
    return t.tv_sec * ns_per_s + t.tv_nsec;
  };
  if (times[0].tv_nsec != UTIME_OMIT)
    node.now.atime_ns = ns(times[0]);
  if (times[1].tv_nsec != UTIME_OMIT)
    node.now.mtime_ns = ns(times[1]);
  node.now.ctime_ns = tick();
}

int memory_file_system::futimens(int fd, std::span<const timespec, 2> times) {
  auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr || !step("utimens", false))
    return -1;
  set_times(*node, times);
  return 0;
}

int memory_file_system::utimensat(int directory, const char* name,
                                  std::span<const timespec, 2> times, int) {
  auto* node = is_dead() ? nullptr : find(directory, name);
  if (node == nullptr || !step("utimens", false))
    return -1;
  set_times(*node, times);
  return 0;
}

int memory_file_system::lock(int fd) {
  auto* node = is_dead() ? nullptr : of(fd);
  if (node == nullptr)
    return -1;
  if (node->locked_by >= 0 && node->locked_by != fd)
    return fail(EWOULDBLOCK);
  node->locked_by = fd;
  return 0;
}

} // namespace troupe::test
