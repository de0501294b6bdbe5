// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_sink.hpp"

#include "core/file_attributes.hpp"
#include "core/file_copy.hpp"
#include "core/file_place.hpp"
#include "core/posix_file.hpp"
#include "core/sink.hpp"
#include "core/written_chunks.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <optional>
#include <string>

namespace troupe {

namespace {

bool is_all_zero(std::span<const std::byte> bytes) noexcept {
  return bytes[0] == std::byte{0} &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

bool is_in_memory(int fd) noexcept {
  struct statfs info {};
  return ::fstatfs(fd, &info) == 0 && info.f_type == TMPFS_MAGIC;
}

class file_sink final : public sink {
public:
  /// `existing`: the regular file that will be replaced, if there is one.
  file_sink(file_place where, std::optional<struct stat> existing,
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
    if (const auto result = where_.create_temporary(file_, temporary_);
        result != errc::none)
      return result;
    length_ = length;
    if (const auto result = reserve(); result != errc::none) {
      discard();
      return result;
    }
    written_ = written_chunks{length};
    return errc::none;
  }

  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    if (!file_ || !lies_within(offset, bytes.size(), length_))
      return errc::invalid_argument;
    if (bytes.empty() ||
        (is_all_zero(bytes) && written_.is_untouched({offset, bytes.size()})))
      return errc::none;
    const byte_range to{offset, bytes.size()};
    written_.touch(to);
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
        next.length = std::min(next.length, written_chunks::region_bytes);
      const byte_range to{offset, next.length};
      if (!next.is_hole || !written_.is_untouched(to)) {
        written_.touch(to);
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
    written_.free_untouched(file_.get());
    if (const auto result =
            apply_attributes(file_.get(), existing_, metadata, choice);
        result != errc::none)
      return result;
    if (sync_to_disk_ && ::fsync(file_.get()) != 0)
      return from_errno(errno);
    const auto directory = where_.directory();
    if (::renameat(directory, temporary_.c_str(), directory, where_.name()) !=
        0)
      return from_errno(errno);
    temporary_.clear();
    file_ = unique_fd{};
    if (sync_to_disk_ && ::fsync(directory) != 0)
      return from_errno(errno);
    return errc::none;
  }

  errc commit_unchanged(const file_metadata& metadata,
                        const metadata_choice& choice) override {
    if (!existing_)
      return errc::invalid_argument;
    if (is_as_chosen(*existing_, metadata, choice))
      return errc::none;
    if (!old_file_)
      if (const auto result = open_old(); result != errc::none)
        return result;
    if (const auto result = apply_attributes(old_file_.get(), existing_,
                                             metadata, choice);
        result != errc::none)
      return result;
    return sync_to_disk_ && ::fsync(old_file_.get()) != 0 ? from_errno(errno)
                                                          : errc::none;
  }

  std::shared_ptr<const source> old() const override { return old_; }

  void discard() noexcept override {
    remove_temporary();
    file_ = unique_fd{}; // nothing more can be written
  }

private:
  void remove_temporary() noexcept {
    if (!temporary_.empty())
      ::unlinkat(where_.directory(), temporary_.c_str(), 0);
    temporary_.clear();
  }

  void start_writeback(byte_range range) const noexcept {
    if (sync_to_disk_)
      written_.start_writeback(file_.get(), range);
  }

  errc reserve() {
    const auto length = static_cast<off_t>(length_);
    if (length == 0)
      return errc::none;
    // In memory a reservation takes as long as the writing, and gains nothing
    // in order.
    if (is_in_memory(file_.get()))
      return ::ftruncate(file_.get(), length) == 0 ? errc::none
                                                   : from_errno(errno);
    if (retry_interrupted(
            [&] { return ::fallocate(file_.get(), 0, 0, length); }) == 0)
      return errc::none;
    if (errno != EOPNOTSUPP && errno != ENOSYS)
      return from_errno(errno);
    return ::ftruncate(file_.get(), length) == 0 ? errc::none
                                                 : from_errno(errno);
  }

  /// True when not all of the old file has blocks behind it.
  bool old_is_sparse() const noexcept {
    return existing_->st_blocks < existing_->st_size / 512;
  }

  errc open_old() {
    unique_fd file{retry_interrupted([&] {
      return ::openat(where_.directory(), where_.name(),
                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    })};
    if (!file)
      return errno == ENOENT || errno == ELOOP ? errc::source_changed
                                               : from_errno(errno);
    if (const auto result = check_stamp(file.get(), file_stamp{*existing_});
        result != errc::none)
      return result;
    old_file_ = std::move(file);
    if (file_)
      copy_.emplace(old_file_.get(), file_.get());
    return errc::none;
  }

  file_place where_;
  std::optional<struct stat> existing_;
  std::shared_ptr<const source> old_;
  bool sync_to_disk_;
  unique_fd file_;
  std::string temporary_; ///< its name; empty when there is none to remove
  unique_fd old_file_;    ///< open once something was copied
  std::optional<file_copy> copy_;
  std::uint64_t length_ = 0;
  written_chunks written_;
};

} // namespace

expected<std::unique_ptr<sink>> make_file_sink(
    file_place where, bool sync_to_disk,
    const std::function<std::shared_ptr<const source>(const struct stat&)>&
        open_old) {
  auto existing = where.look();
  if (!existing)
    return existing.error();
  std::shared_ptr<const source> old;
  if (*existing) {
    const auto mode = (*existing)->st_mode;
    if (S_ISDIR(mode))
      return error{errc::is_directory, where.path()};
    if (S_ISLNK(mode))
      existing->reset();
    else if (!S_ISREG(mode))
      return error{errc::unsupported, where.path()};
    else
      old = open_old(**existing);
  }
  return std::unique_ptr<sink>{std::make_unique<file_sink>(
      std::move(where), *existing, std::move(old), sync_to_disk)};
}

expected<std::unique_ptr<sink>>
make_file_sink(const std::filesystem::path& path, bool sync_to_disk) {
  auto where = file_place::open(path);
  if (!where)
    return where.error();
  return make_file_sink(
      std::move(*where), sync_to_disk,
      [&path](const struct stat&) -> std::shared_ptr<const source> {
        if (const auto file = open_file_source(path))
          return file->bytes;
        return nullptr; // one that cannot be read is replaced all the same
      });
}

} // namespace troupe
