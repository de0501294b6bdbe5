// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_sink.hpp"

#include "core/file_attributes.hpp"
#include "core/file_copy.hpp"
#include "core/file_place.hpp"
#include "core/posix_file.hpp"
#include "core/resumed_source.hpp"
#include "core/room.hpp"
#include "core/sink.hpp"
#include "core/written_chunks.hpp"

#include <fcntl.h>

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

class file_sink final : public sink {
public:
  /// `existing`: the regular file that will be replaced, if there is one.
  file_sink(file_place where, std::optional<struct stat> existing,
            std::shared_ptr<const source> old,
            const file_sink_options& options)
      : where_(std::move(where)), existing_(existing), old_(std::move(old)),
        sync_to_disk_(options.sync_to_disk), partial_(options.partial),
        new_(find_unfinished(where_.directory(), where_.name(), S_IFREG,
                             partial_)) {
    if (new_.file)
      look_at_rest(options.continues);
  }
  file_sink(const file_sink&) = delete;
  file_sink& operator=(const file_sink&) = delete;
  ~file_sink() override { discard(); }

  error check_room(std::uint64_t length) const override {
    if (old_ && old_->size() == length)
      return {}; // it may be equal
    // What a killed sync has left takes its room already.
    struct stat rest {};
    if (!new_.file || new_.file->fstat(new_.file.get(), rest) != 0)
      rest.st_blocks = 0;
    const auto taken = static_cast<std::uint64_t>(rest.st_blocks) * 512;
    return check_free_room(where_.directory(),
                           {length - std::min(length, taken), 1},
                           where_.path());
  }

  errc begin(std::uint64_t length) override {
    if (is_begun_)
      return errc::invalid_argument;
    if (length > static_cast<std::uint64_t>(LLONG_MAX))
      return errc::too_large;
    if (!new_.file)
      if (const auto result = create_unfinished(
              where_.directory(), where_.name(), S_IFREG, new_, partial_);
          result != errc::none)
        return result;
    is_begun_ = true;
    length_ = length;
    if (const auto result = reserve(); result != errc::none) {
      discard();
      return result;
    }
    written_ = written_chunks{length};
    if (!view_)
      return errc::none;
    touch_rest();
    return make_private_again(new_.file);
  }

  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    if (!is_open() || !lies_within(offset, bytes.size(), length_))
      return errc::invalid_argument;
    if (bytes.empty() ||
        (is_all_zero(bytes) && written_.is_untouched({offset, bytes.size()})))
      return errc::none;
    const byte_range to{offset, bytes.size()};
    written_.touch(to);
    const auto result = write_fully(new_.file, offset, bytes);
    start_writeback(to);
    return result;
  }

  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    if (!is_open() || !lies_within(offset, from.length, length_))
      return errc::invalid_argument;
    if (!view_)
      return copy_from_file(from, offset);
    if (!lies_within(from.offset, from.length, view_->size()))
      return errc::invalid_argument;
    auto result = errc::none;
    while (from.length > 0 && result == errc::none) {
      const auto piece = view_->first_of(from);
      if (piece.what == resumed_piece::from::left_over)
        result = piece.offset == offset ? errc::none : errc::invalid_argument;
      else if (piece.what == resumed_piece::from::old_object)
        result = copy_from_file({piece.offset, piece.length}, offset);
      else
        result = clear({offset, piece.length});
      from.offset += piece.length;
      from.length -= piece.length;
      offset += piece.length;
    }
    return result;
  }

  errc commit(const file_metadata& metadata,
              const metadata_choice& choice) override {
    if (!is_open())
      return errc::invalid_argument;
    if (old_file_)
      if (const auto result =
              check_stamp(old_file_, file_stamp{*existing_});
          result != errc::none)
        return result;
    written_.free_untouched(new_.file);
    if (const auto result =
            apply_attributes(new_.file, existing_, metadata, choice);
        result != errc::none)
      return result;
    if (sync_to_disk_ && new_.file->fsync(new_.file.get()) != 0)
      return from_errno(errno);
    const auto& directory = where_.directory();
    if (directory->renameat(workplace().get(), new_.name.c_str(),
                            directory.get(), where_.name()) != 0)
      return from_errno(errno);
    new_ = {};
    if (sync_to_disk_ && directory->fsync(directory.get()) != 0)
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
    if (const auto result = apply_attributes(old_file_, existing_,
                                             metadata, choice);
        result != errc::none)
      return result;
    return sync_to_disk_ && old_file_->fsync(old_file_.get()) != 0
               ? from_errno(errno)
               : errc::none;
  }

  std::shared_ptr<const source> old() const override {
    return view_ ? view_ : old_;
  }

  std::shared_ptr<const chunk_map> left_over() const override {
    return view_ ? view_->left_over() : nullptr;
  }

  /// What a dead sync left stays until something was done about it.
  void discard() noexcept override {
    if (is_open())
      remove_new();
    new_ = {}; // nothing more can be written
  }

private:
  bool is_open() const noexcept { return is_begun_ && new_.file; }
  /// The directory that the new file is in.
  const descriptor& workplace() const noexcept {
    return partial_ ? *partial_ : where_.directory();
  }

  /// Of the unfinished file of a dead sync.
  void look_at_rest(bool continues) {
    struct stat info {};
    if (continues && new_.file->fstat(new_.file.get(), info) == 0) {
      const auto size = static_cast<std::uint64_t>(info.st_size);
      const auto there = chunks_with_data(new_.file, size);
      // A descriptor of its own: a duplicate would hold the lock, too.
      auto again = workplace().open(new_.name.c_str(), O_RDONLY | O_NOFOLLOW);
      if (!there.empty() && again)
        view_ = std::make_shared<const resumed_source>(
            old_,
            make_open_source(std::move(again),
                             std::min(size, there.chunks() * chunk_bytes)),
            there);
    }
    if (!view_)
      remove_new();
  }

  void remove_new() noexcept {
    where_.files().unlinkat(workplace().get(), new_.name.c_str(), 0);
    new_ = {};
  }

  void touch_rest() {
    const auto& rest = *view_->left_over();
    const auto chunks = length_ == 0 ? 0 : chunk_count(length_);
    for (auto chunk = rest.next(0); chunk < std::min(rest.chunks(), chunks);
         chunk = rest.next(chunk + 1))
      written_.touch(chunk_range(length_, chunk));
  }

  errc clear(byte_range range) {
    if (written_.is_untouched(range))
      return errc::none;
    const std::vector<std::byte> zeros(chunk_bytes);
    auto result = errc::none;
    while (range.length > 0 && result == errc::none) {
      const auto part = std::min<std::uint64_t>(range.length, zeros.size());
      written_.touch({range.offset, part});
      result = write_fully(new_.file, range.offset,
                           std::span{zeros}.first(part));
      range.offset += part;
      range.length -= part;
    }
    return result;
  }

  errc copy_from_file(byte_range from, std::uint64_t offset) {
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
      auto next = old_is_sparse() ? next_extent(old_file_, from)
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

  void start_writeback(byte_range range) const noexcept {
    if (sync_to_disk_)
      written_.start_writeback(new_.file, range);
  }

  errc reserve() {
    const auto& file = new_.file;
    const auto length = static_cast<off_t>(length_);
    struct stat now {};
    if (file->fstat(file.get(), now) != 0)
      return from_errno(errno);
    if (now.st_size > length && file->ftruncate(file.get(), length) != 0)
      return from_errno(errno);
    if (length == 0)
      return errc::none;
    // In memory a reservation takes as long as the writing, and gains nothing
    // in order.
    if (file->is_in_memory(file.get()))
      return result_of_call(file->ftruncate(file.get(), length));
    if (file->fallocate(file.get(), 0, 0, length) == 0)
      return errc::none;
    if (errno != EOPNOTSUPP && errno != ENOSYS)
      return from_errno(errno);
    return result_of_call(file->ftruncate(file.get(), length));
  }

  /// True when not all of the old file has blocks behind it.
  bool old_is_sparse() const noexcept {
    return existing_->st_blocks < existing_->st_size / 512;
  }

  errc open_old() {
    auto file = where_.directory().open(where_.name(),
                                        O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file)
      return errno == ENOENT || errno == ELOOP ? errc::source_changed
                                               : from_errno(errno);
    if (const auto result = check_stamp(file, file_stamp{*existing_});
        result != errc::none)
      return result;
    old_file_ = std::move(file);
    if (new_.file)
      copy_.emplace(old_file_, new_.file);
    return errc::none;
  }

  file_place where_;
  std::optional<struct stat> existing_;
  std::shared_ptr<const source> old_;
  bool sync_to_disk_;
  partial_directory partial_;
  unfinished new_;
  bool is_begun_ = false;
  std::shared_ptr<const resumed_source> view_; ///< of old content and a rest
  descriptor old_file_; ///< open once something was copied
  std::optional<file_copy> copy_;
  std::uint64_t length_ = 0;
  written_chunks written_;
};

} // namespace

expected<std::unique_ptr<sink>> make_file_sink(
    file_place where, const file_sink_options& options,
    const std::function<std::shared_ptr<const source>(const struct stat&)>&
        open_old) {
  if (auto bad =
          check_partial(options.partial, where.directory(), where.path());
      bad.code != errc::none)
    return bad;
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
      std::move(where), *existing, std::move(old), options)};
}

expected<std::unique_ptr<sink>>
make_file_sink(const std::filesystem::path& path, bool sync_to_disk,
               const std::filesystem::path& partial_dir) {
  return make_file_sink(posix_file_system(), path, sync_to_disk, partial_dir);
}

expected<std::unique_ptr<sink>>
make_file_sink(file_system& files, const std::filesystem::path& path,
               bool sync_to_disk, const std::filesystem::path& partial_dir) {
  auto where = file_place::open(files, path);
  if (!where)
    return where.error();
  file_sink_options options{sync_to_disk, true};
  if (!partial_dir.empty()) {
    auto partial = open_partial_directory(files, partial_dir);
    if (!partial)
      return partial.error();
    options.partial = std::move(*partial);
  }
  return make_file_sink(
      std::move(*where), options,
      [&files, &path](const struct stat&) -> std::shared_ptr<const source> {
        if (const auto file = open_file_source(files, path))
          return file->bytes;
        return nullptr; // one that cannot be read is replaced all the same
      });
}

} // namespace troupe
