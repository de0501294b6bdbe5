// SPDX-License-Identifier: BSD-3-Clause
// A file system in memory that forgets what was not made durable.
#pragma once

#include "core/file_system.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

namespace troupe::test {

/// As pessimistic as POSIX allows, for one thread. What was written to a file
/// may be lost, by pages of 4 KiB or torn within them, until fsync; a name that
/// was made, moved or removed until fsync of its directory. A rename is atomic.
/// After a failed fsync the pages count as clean, but are not on the disk.
///
/// Each call that changes something is a step, numbered from 1. A run can be
/// cut before any of them; from then on every call fails and does nothing.
class memory_file_system final : public file_system {
public:
  memory_file_system();

  /// What there is after the cut.
  enum class survives {
    all,     ///< as after kill -9, or when the disk was quick
    nothing, ///< only what was made durable
    some,    ///< what chance takes, drawn from the seed
  };

  std::uint64_t steps() const noexcept { return steps_; }
  /// The calls that were steps, in order.
  const std::vector<std::string>& trace() const noexcept { return trace_; }
  /// Counts anew; nothing is going to happen.
  void reset_steps();
  void cut_before(std::uint64_t step) { cut_before_ = step; }
  /// One step fails with `number` and does nothing, a write half of its work.
  void fail_at(std::uint64_t step, int number);
  /// From `step` on there is no room: what takes some fails.
  void fill_up_at(std::uint64_t step) { full_from_ = step; }
  /// Whether the cut or the failure came.
  bool has_happened() const noexcept { return has_happened_; }

  /// The host comes up again: no descriptor, no lock.
  void restart(survives what, std::uint64_t seed = 0);
  /// Makes everything durable; no step.
  void settle();
  /// Descriptors that are open.
  std::size_t open_count() const noexcept { return open_.size(); }

  // file_system
  int openat(int directory, const char* name, int flags, mode_t mode) override;
  int open_beneath(int root, const char* path, int flags) override;
  int dup(int fd) override;
  void close(int fd) noexcept override;
  int mkdirat(int directory, const char* name, mode_t mode) override;
  int symlinkat(const char* target, int directory, const char* name) override;
  ssize_t readlinkat(int directory, const char* name,
                     std::span<char> target) override;
  int renameat(int from, const char* old_name, int to,
               const char* new_name) override;
  int unlinkat(int directory, const char* name, int flags) override;
  int names(int directory, std::vector<std::string>& into) override;
  ssize_t pread(int fd, std::span<std::byte> into, off_t at) override;
  ssize_t preadv(int fd, std::span<const iovec> into, off_t at) override;
  ssize_t pwrite(int fd, std::span<const std::byte> from, off_t at) override;
  ssize_t pwritev(int fd, std::span<const iovec> from, off_t at) override;
  int ftruncate(int fd, off_t length) override;
  int fallocate(int fd, int mode, off_t at, off_t length) override;
  int clone_range(int from, off_t from_at, off_t length, int to,
                  off_t to_at) override;
  ssize_t copy_file_range(int from, off_t from_at, int to, off_t to_at,
                          std::size_t length) override;
  off_t lseek(int fd, off_t at, int what) override;
  int fstat(int fd, struct stat& info) override;
  int fstatat(int directory, const char* name, struct stat& info,
              int flags) override;
  int statx(int fd, unsigned mask, struct statx& info) override;
  int faccessat(int directory, const char* name, int mode, int flags) override;
  int fchmod(int fd, mode_t mode) override;
  int fchown(int fd, uid_t uid, gid_t gid) override;
  int fchownat(int directory, const char* name, uid_t uid, gid_t gid,
               int flags) override;
  int futimens(int fd, std::span<const timespec, 2> times) override;
  int utimensat(int directory, const char* name,
                std::span<const timespec, 2> times, int flags) override;
  int lock(int fd) override;
  bool is_in_memory(int) override { return false; }
  int fstatvfs(int fd, struct statvfs& info) override;
  int fsync(int fd) override;
  int fdatasync(int fd) override;
  int syncfs(int fd) override;
  void start_writeback(int, off_t, off_t) noexcept override {}

private:
  static constexpr std::size_t page_bytes = 4096;

  struct attributes {
    mode_t mode = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    std::int64_t mtime_ns = 0;
    std::int64_t atime_ns = 0;
    std::int64_t ctime_ns = 0;
  };
  /// Bytes, and which pages have some: the others read as zeros.
  struct content {
    std::vector<std::byte> bytes;
    std::set<std::size_t> pages;
  };
  struct inode {
    ino_t number = 0;
    std::int64_t born_ns = 0;
    attributes now, durable;
    content data, durable_data;   ///< of a file; of a link: its target
    std::set<std::size_t> dirty;  ///< pages that differ from the durable ones
    std::map<std::string, ino_t> entries, durable_entries; ///< of a directory
    int locked_by = -1;
    bool is_directory() const { return S_ISDIR(now.mode); }
  };
  struct change {
    ino_t directory;
    std::string name;
    std::optional<ino_t> to; ///< nothing: it is gone
  };
  using operation = std::vector<change>;
  struct opened {
    ino_t node;
    int flags;
  };

  bool step(std::string what, bool takes_room);
  bool is_dead();
  std::int64_t tick() { return now_ns_ += 1000; }
  inode* of(int fd);
  inode* walk(int directory, const std::string& path, bool beneath,
              inode** parent, std::string* last);
  inode* find(int directory, const char* name, inode** parent = nullptr,
              std::string* last = nullptr);
  inode& make(mode_t mode);
  int give(inode& node, int flags);
  void commit(operation what);
  void apply(const operation& what);
  void make_durable(const std::set<std::size_t>& chosen);
  std::set<std::size_t> with_dependencies(std::set<std::size_t> chosen) const;
  void write(inode& node, std::span<const std::byte> from, std::size_t at);
  void resize(inode& node, std::size_t length);
  void fill(const inode& node, struct stat& info) const;
  void set_times(inode& node, std::span<const timespec, 2> times);
  void lose(inode& node, survives what, std::mt19937_64& random);
  void save(inode& node, bool with_attributes);

  std::map<ino_t, std::unique_ptr<inode>> nodes_;
  std::map<int, opened> open_;
  std::vector<operation> pending_; ///< on names, oldest first
  std::vector<std::string> trace_;
  int next_fd_ = 100'000; ///< nothing that the kernel knows
  ino_t next_node_ = 1;
  std::int64_t now_ns_ = 1'600'000'000'000'000'000;
  std::uint64_t steps_ = 0;
  std::uint64_t cut_before_ = 0;
  std::uint64_t fail_at_ = 0;
  int fail_with_ = 0;
  std::uint64_t full_from_ = 0;
  bool is_dead_ = false;
  bool has_happened_ = false;
  bool fails_halfway_ = false; ///< the step that just failed was chosen to
};

} // namespace troupe::test
