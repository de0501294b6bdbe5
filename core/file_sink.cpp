// SPDX-License-Identifier: BSD-3-Clause
#include "core/chunk_map.hpp"
#include "core/file_attributes.hpp"
#include "core/file_copy.hpp"
#include "core/posix_file.hpp"
#include "core/sink.hpp"

#include <fcntl.h>
#include <sys/random.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

namespace {

/// What the kernel is asked to write at once.
constexpr std::uint32_t region_chunks = 256;
constexpr std::uint64_t region_bytes = region_chunks * chunk_bytes;

/// Runs of zeros from this length on become holes.
constexpr std::uint64_t smallest_hole_bytes = 1u << 20;

bool is_all_zero(std::span<const std::byte> bytes) noexcept {
  return bytes[0] == std::byte{0} &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

/// ".NAME.troupe.XXXXXX", NAME cut so that the result is a legal name.
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

/// Where a file is going to be: an open directory and a name in it.
struct place {
  unique_fd directory;
  std::string name;
  std::string path; ///< for messages

  expected<std::optional<struct stat>> look() const {
    struct stat info {};
    if (::fstatat(directory.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) ==
        0)
      return std::optional{info};
    if (errno == ENOENT)
      return std::optional<struct stat>{};
    return error{from_errno(errno), path};
  }
};

class file_sink final : public sink {
public:
  /// `existing`: the regular file that will be replaced, if there is one.
  file_sink(place where, std::optional<struct stat> existing,
            std::shared_ptr<const source> old, bool sync_to_disk)
      : where_(std::move(where)), existing_(existing), old_(std::move(old)),
        sync_to_disk_(sync_to_disk) {}
  file_sink(const file_sink&) = delete;
  file_sink& operator=(const file_sink&) = delete;
  ~file_sink() override { remove_temporary(); }

  errc begin(std::uint64_t length) override {
    if (file_)
      return errc::invalid_argument;
    if (length > static_cast<std::uint64_t>(LLONG_MAX))
      return errc::too_large;
    if (const auto result = create(); result != errc::none)
      return result;
    length_ = length;
    if (const auto result = reserve(); result != errc::none)
      return result;
    touched_ = chunk_map{chunk_count(length)};
    missing_.assign(touched_.chunks() / region_chunks + 1, region_chunks);
    return errc::none;
  }

  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    if (!file_ || !lies_within(offset, bytes.size(), length_))
      return errc::invalid_argument;
    if (bytes.empty() ||
        (is_all_zero(bytes) && is_untouched({offset, bytes.size()})))
      return errc::none;
    const byte_range to{offset, bytes.size()};
    touch(to);
    const auto result = write_fully(file_.get(), offset, bytes);
    start_writeback(to);
    return result;
  }

  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    if (!file_ || !lies_within(offset, from.length, length_))
      return errc::invalid_argument;
    if (from.length == 0)
      return errc::none;
    if (!existing_ ||
        !lies_within(from.offset, from.length,
                     static_cast<std::uint64_t>(existing_->st_size)))
      return errc::invalid_argument;
    if (!old_file_)
      if (const auto result = open_old(); result != errc::none)
        return result;
    auto result = errc::none;
    while (from.length > 0 && result == errc::none) {
      auto next = old_is_sparse() ? next_extent(old_file_.get(), from)
                                  : extent{from.length, false};
      if (!next.is_hole)
        next.length = std::min(next.length, region_bytes);
      const byte_range to{offset, next.length};
      if (!next.is_hole || !is_untouched(to)) {
        touch(to);
        result = copy_->copy({from.offset, next.length}, offset);
        start_writeback(to);
      }
      from.offset += next.length;
      from.length -= next.length;
      offset += next.length;
    }
    return result;
  }

  errc commit(const file_metadata& metadata,
              const metadata_choice& choice) override {
    if (temporary_.empty())
      return errc::invalid_argument;
    if (old_file_)
      if (const auto result =
              check_stamp(old_file_.get(), file_stamp{*existing_});
          result != errc::none)
        return result;
    free_untouched();
    if (const auto result =
            apply_attributes(file_.get(), existing_, metadata, choice);
        result != errc::none)
      return result;
    if (sync_to_disk_ && ::fsync(file_.get()) != 0)
      return from_errno(errno);
    const auto directory = where_.directory.get();
    if (::renameat(directory, temporary_.c_str(), directory,
                   where_.name.c_str()) != 0)
      return from_errno(errno);
    temporary_.clear();
    file_ = unique_fd{};
    if (sync_to_disk_ && ::fsync(directory) != 0)
      return from_errno(errno);
    return errc::none;
  }

  std::shared_ptr<const source> old() const override { return old_; }

  void discard() noexcept override {
    remove_temporary();
    file_ = unique_fd{}; // nothing more can be written
  }

private:
  void remove_temporary() noexcept {
    if (!temporary_.empty())
      ::unlinkat(where_.directory.get(), temporary_.c_str(), 0);
    temporary_.clear();
  }

  errc create() {
    for (auto attempt = 0; attempt < 100; ++attempt) {
      auto name = temporary_name(where_.name);
      unique_fd file{retry_interrupted([&] {
        return ::openat(where_.directory.get(), name.c_str(),
                        O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                        0600);
      })};
      if (file) {
        file_ = std::move(file);
        temporary_ = std::move(name);
        return errc::none;
      }
      if (errno != EEXIST)
        return from_errno(errno);
    }
    return errc::already_exists;
  }

  errc reserve() {
    const auto length = static_cast<off_t>(length_);
    if (length == 0)
      return errc::none;
    if (retry_interrupted(
            [&] { return ::fallocate(file_.get(), 0, 0, length); }) == 0)
      return errc::none;
    if (errno != EOPNOTSUPP && errno != ENOSYS)
      return from_errno(errno);
    return ::ftruncate(file_.get(), length) == 0 ? errc::none
                                                 : from_errno(errno);
  }

  /// Reserved room reads as zeros: zeros need no writing where nothing else
  /// was written before.
  bool is_untouched(byte_range range) const noexcept {
    const auto last = (range.offset + range.length - 1) / chunk_bytes;
    return touched_.next(range.offset / chunk_bytes) > last;
  }

  void touch(byte_range range) {
    const auto last = (range.offset + range.length - 1) / chunk_bytes;
    for (auto chunk = range.offset / chunk_bytes; chunk <= last; ++chunk) {
      if (touched_.contains(chunk))
        continue;
      touched_.insert(chunk);
      --missing_[chunk / region_chunks];
    }
  }

  /// Has the kernel begin to write regions that are complete, so that fsync
  /// finds little to do at the end. Scattered chunks wait for each other:
  /// written one by one they would cost more than fsync does.
  void start_writeback(byte_range range) {
    if (!sync_to_disk_)
      return;
    const auto last = (range.offset + range.length - 1) / region_bytes;
    for (auto region = range.offset / region_bytes; region <= last; ++region)
      if (missing_[region] == 0) // only a hint: fsync reports what fails
        ::sync_file_range(
            file_.get(), static_cast<off_t>(region * region_bytes),
            static_cast<off_t>(region_bytes), SYNC_FILE_RANGE_WRITE);
  }

  /// Gives long runs of zeros back to the file system. Short ones stay
  /// reserved: on ext4 each call can take some milliseconds.
  void free_untouched() noexcept {
    const auto chunks = touched_.chunks();
    for (std::uint64_t first = 0; first < chunks;) {
      const auto end = touched_.next(first);
      const auto offset = first * chunk_bytes;
      const auto length = std::min(end * chunk_bytes, length_) - offset;
      if (length >= smallest_hole_bytes &&
          !make_hole(file_.get(), {offset, length}))
        return;
      first = end;
      while (first < chunks && touched_.contains(first))
        ++first;
    }
  }

  /// True when not all of the old file has blocks behind it.
  bool old_is_sparse() const noexcept {
    return existing_->st_blocks < existing_->st_size / 512;
  }

  errc open_old() {
    unique_fd file{retry_interrupted([&] {
      return ::openat(where_.directory.get(), where_.name.c_str(),
                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    })};
    if (!file)
      return errno == ENOENT || errno == ELOOP ? errc::source_changed
                                               : from_errno(errno);
    if (const auto result = check_stamp(file.get(), file_stamp{*existing_});
        result != errc::none)
      return result;
    old_file_ = std::move(file);
    copy_.emplace(old_file_.get(), file_.get());
    return errc::none;
  }

  place where_;
  std::optional<struct stat> existing_;
  std::shared_ptr<const source> old_;
  bool sync_to_disk_;
  unique_fd file_;
  std::string temporary_; ///< its name; empty when there is none to remove
  unique_fd old_file_;    ///< open once something was copied
  std::optional<file_copy> copy_;
  std::uint64_t length_ = 0;
  chunk_map touched_;                  ///< chunks that were written to
  std::vector<std::uint32_t> missing_; ///< chunks not yet written, by region
};

expected<place> open_place(const std::filesystem::path& path) {
  place where;
  where.name = path.filename().string();
  where.path = path.string();
  // "dir/", "." and ".." can only name directories.
  if (where.name.empty() || where.name == "." || where.name == "..")
    return error{path.empty() ? errc::not_found : errc::is_directory,
                 where.path};
  const auto parent =
      path.has_parent_path() ? path.parent_path() : std::filesystem::path{"."};
  where.directory = unique_fd{retry_interrupted([&] {
    return ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  })};
  if (!where.directory)
    return error{from_errno(errno), parent.string()};
  if (::faccessat(where.directory.get(), ".", W_OK | X_OK, AT_EACCESS) != 0)
    return error{from_errno(errno), parent.string()};
  return where;
}

} // namespace

expected<std::unique_ptr<sink>>
make_file_sink(const std::filesystem::path& path, bool sync_to_disk) {
  auto where = open_place(path);
  if (!where)
    return where.error();
  auto existing = where->look();
  if (!existing)
    return existing.error();
  std::shared_ptr<const source> old;
  if (*existing) {
    const auto mode = (*existing)->st_mode;
    if (S_ISDIR(mode))
      return error{errc::is_directory, path.string()};
    if (S_ISLNK(mode))
      existing->reset();
    else if (!S_ISREG(mode))
      return error{errc::unsupported, path.string()};
    else if (const auto file = open_file_source(path))
      old = file->bytes; // one that cannot be read is replaced all the same
  }
  return std::unique_ptr<sink>{std::make_unique<file_sink>(
      std::move(*where), *existing, std::move(old), sync_to_disk)};
}

} // namespace troupe
