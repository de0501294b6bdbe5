// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_attributes.hpp"
#include "core/file_sink.hpp"
#include "core/journal.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <climits>

namespace troupe {

namespace {

class in_place_sink final : public sink {
public:
  in_place_sink(file_place where, const struct stat& existing, unique_fd file,
                std::shared_ptr<const source> old, bool sync_to_disk)
      : where_(std::move(where)), existing_(existing), file_(std::move(file)),
        old_(std::move(old)), sync_to_disk_(sync_to_disk) {}
  in_place_sink(const in_place_sink&) = delete;
  in_place_sink& operator=(const in_place_sink&) = delete;
  ~in_place_sink() override { discard(); }

  errc begin(std::uint64_t length) override {
    if (journal_)
      return errc::invalid_argument;
    if (length > static_cast<std::uint64_t>(LLONG_MAX))
      return errc::too_large;
    auto made = journal::begin(where_);
    if (!made)
      return made.error().code;
    journal_ = std::move(*made);
    length_ = length;
    return errc::none;
  }

  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    if (!journal_ || !lies_within(offset, bytes.size(), length_))
      return errc::invalid_argument;
    return bytes.empty() ? errc::none : journal_->append(offset, bytes);
  }

  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    if (!journal_ || !lies_within(from.offset, from.length, old_->size()) ||
        !lies_within(offset, from.length, length_))
      return errc::invalid_argument;
    if (from.offset == offset)
      return errc::none; // it is in place
    std::vector<std::byte> bytes(from.length);
    if (const auto e = old_->read_at(from.offset, bytes); e != errc::none)
      return e;
    return journal_->append(offset, bytes);
  }

  errc commit(const file_metadata& metadata,
              const metadata_choice& choice) override {
    if (!journal_)
      return errc::invalid_argument;
    if (const auto e = check_stamp(file_.get(), file_stamp{existing_});
        e != errc::none)
      return e;
    if (const auto e = reserve(); e != errc::none)
      return e;
    if (const auto e = journal_->close_with(length_, file_.get(), sync_to_disk_);
        e != errc::none)
      return e;
    is_decided_ = true; // from here on it is completed, if not now then later
    if (const auto e = journal_->apply(file_.get()); e != errc::none)
      return e;
    if (const auto e =
            apply_attributes(file_.get(), existing_, metadata, choice);
        e != errc::none)
      return e;
    if (sync_to_disk_ && ::fsync(file_.get()) != 0)
      return from_errno(errno);
    journal_->remove(where_);
    journal_.reset();
    return errc::none;
  }

  errc commit_unchanged(const file_metadata& metadata,
                        const metadata_choice& choice) override {
    if (is_as_chosen(existing_, metadata, choice))
      return errc::none;
    return apply_attributes(file_.get(), existing_, metadata, choice);
  }

  std::shared_ptr<const source> old() const override { return old_; }

  void discard() noexcept override {
    if (journal_ && !is_decided_)
      journal_->remove(where_);
    journal_.reset();
  }

private:
  /// A disk that is full should say so while the old content is whole.
  errc reserve() const {
    const auto now = existing_.st_size;
    const auto more = static_cast<off_t>(length_) - now;
    if (more <= 0 || ::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, now, more) == 0 ||
        errno == EOPNOTSUPP || errno == ENOSYS)
      return errc::none;
    return from_errno(errno);
  }

  file_place where_;
  struct stat existing_;
  unique_fd file_;
  std::shared_ptr<const source> old_;
  bool sync_to_disk_;
  std::optional<journal> journal_;
  std::uint64_t length_ = 0;
  bool is_decided_ = false;
};

} // namespace

expected<std::unique_ptr<sink>>
make_in_place_sink(const std::filesystem::path& path, bool sync_to_disk) {
  auto where = file_place::open(path);
  if (!where)
    return where.error();
  const auto existing = where->look();
  if (!existing)
    return existing.error();
  if (!*existing || !S_ISREG((*existing)->st_mode))
    return make_file_sink(path, sync_to_disk);
  unique_fd file{retry_interrupted([&] {
    return ::openat(where->directory(), where->name(),
                    O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  })};
  if (!file)
    return error{from_errno(errno), path.string()};
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    return error{errc::already_exists,
                 "another sync that changes " + path.string()};
  if (const auto e = journal::recover(*where, sync_to_disk); e != errc::none)
    return error{e, "cannot complete what was begun in " + path.string()};
  // What is there now, after that.
  struct stat info {};
  if (::fstat(file.get(), &info) != 0)
    return error{from_errno(errno), path.string()};
  const auto old = open_file_source(path);
  if (!old)
    return old.error();
  if (old->bytes->identity() != identity_of(info))
    return error{errc::source_changed, path.string()};
  return std::unique_ptr<sink>{std::make_unique<in_place_sink>(
      std::move(*where), info, std::move(file), old->bytes,
      sync_to_disk)};
}

} // namespace troupe
