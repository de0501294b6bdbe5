// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_attributes.hpp"
#include "core/file_sink.hpp"
#include "core/journal.hpp"
#include "core/read_buffer.hpp"
#include "core/resumed_source.hpp"
#include "core/room.hpp"

#include <fcntl.h>

#include <climits>

namespace troupe {

namespace {

class in_place_sink final : public sink {
public:
  in_place_sink(file_place where, const struct stat& existing, descriptor file,
                std::shared_ptr<const source> old, bool sync_to_disk)
      : where_(std::move(where)), existing_(existing), file_(std::move(file)),
        old_(std::move(old)), sync_to_disk_(sync_to_disk),
        journal_(journal::find_rest(where_)) {
    if (!journal_)
      return;
    if (auto rest = journal_->content(where_))
      view_ = std::make_shared<const resumed_source>(old_, std::move(rest),
                                                     journal_->chunks());
    else
      journal_.reset();
  }
  in_place_sink(const in_place_sink&) = delete;
  in_place_sink& operator=(const in_place_sink&) = delete;
  ~in_place_sink() override { discard(); }

  error check_room(std::uint64_t length) const override {
    const auto there = static_cast<std::uint64_t>(existing_.st_size);
    return check_free_room(where_.directory(),
                           {length > there ? length - there : 0, 0},
                           where_.path());
  }

  errc begin(std::uint64_t length) override {
    if (is_begun_)
      return errc::invalid_argument;
    if (length > static_cast<std::uint64_t>(LLONG_MAX))
      return errc::too_large;
    if (!journal_) {
      auto made = journal::begin(where_);
      if (!made)
        return made.error().code;
      journal_ = std::move(*made);
    }
    is_begun_ = true;
    length_ = length;
    return errc::none;
  }

  errc write_at(std::uint64_t offset,
                std::span<const std::byte> bytes) override {
    if (!is_open() || !lies_within(offset, bytes.size(), length_))
      return errc::invalid_argument;
    return bytes.empty() ? errc::none : journal_->append(offset, bytes);
  }

  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    if (!is_open() || !lies_within(from.offset, from.length, old()->size()) ||
        !lies_within(offset, from.length, length_))
      return errc::invalid_argument;
    while (from.length > 0) {
      const auto piece =
          view_ ? view_->first_of(from)
                : resumed_piece{resumed_piece::from::old_object, from.offset,
                                from.length};
      // What is kept is in the file or in the journal. What a record of the
      // journal covers in the file needs another that covers that.
      const bool is_kept = from.offset == offset && piece.offset == offset &&
                           piece.what != resumed_piece::from::nowhere;
      if (!is_kept)
        if (const auto e = append_old({from.offset, piece.length}, offset);
            e != errc::none)
          return e;
      from.offset += piece.length;
      from.length -= piece.length;
      offset += piece.length;
    }
    return errc::none;
  }

  errc commit(const file_metadata& metadata,
              const metadata_choice& choice) override {
    if (!is_open())
      return errc::invalid_argument;
    if (const auto e = check_stamp(file_, file_stamp{existing_});
        e != errc::none)
      return e;
    if (const auto e = reserve(); e != errc::none)
      return e;
    if (const auto e = journal_->close_with(length_, file_, where_,
                                             sync_to_disk_);
        e != errc::none)
      return e;
    is_decided_ = true; // from here on it is completed, if not now then later
    if (const auto e = journal_->apply(file_); e != errc::none)
      return e;
    if (const auto e =
            apply_attributes(file_, existing_, metadata, choice);
        e != errc::none)
      return e;
    if (sync_to_disk_ && file_->fsync(file_.get()) != 0)
      return from_errno(errno);
    const auto e = journal_->remove(where_, sync_to_disk_);
    journal_.reset();
    return e;
  }

  errc commit_unchanged(const file_metadata& metadata,
                        const metadata_choice& choice) override {
    if (is_as_chosen(existing_, metadata, choice))
      return errc::none;
    if (const auto e = apply_attributes(file_, existing_, metadata, choice);
        e != errc::none)
      return e;
    return sync_to_disk_ ? result_of_call(file_->fsync(file_.get()))
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
    if (is_open() && !is_decided_)
      journal_->remove(where_, false);
    journal_.reset();
  }

private:
  bool is_open() const noexcept { return is_begun_ && journal_; }

  errc append_old(byte_range from, std::uint64_t offset) {
    read_buffer bytes(from.length);
    if (const auto e = old()->read_at(from.offset, bytes); e != errc::none)
      return e;
    return journal_->append(offset, bytes);
  }


  /// A disk that is full should say so while the old content is whole.
  errc reserve() const {
    const auto now = existing_.st_size;
    const auto more = static_cast<off_t>(length_) - now;
    if (more <= 0 ||
        file_->fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, now, more) == 0 ||
        errno == EOPNOTSUPP || errno == ENOSYS)
      return errc::none;
    return from_errno(errno);
  }

  file_place where_;
  struct stat existing_;
  descriptor file_;
  std::shared_ptr<const source> old_;
  bool sync_to_disk_;
  std::optional<journal> journal_; ///< a dead sync's until begin()
  std::shared_ptr<const resumed_source> view_; ///< of old content and that
  bool is_begun_ = false;
  std::uint64_t length_ = 0;
  bool is_decided_ = false;
};

} // namespace

expected<std::unique_ptr<sink>>
make_in_place_sink(const std::filesystem::path& path, bool sync_to_disk) {
  return make_in_place_sink(posix_file_system(), path, sync_to_disk);
}

expected<std::unique_ptr<sink>>
make_in_place_sink(file_system& files, const std::filesystem::path& path,
                   bool sync_to_disk) {
  auto where = file_place::open(files, path);
  if (!where)
    return where.error();
  const auto existing = where->look();
  if (!existing)
    return existing.error();
  if (!*existing || !S_ISREG((*existing)->st_mode))
    return make_file_sink(files, path, sync_to_disk);
  auto file = where->directory().open(where->name(),
                                      O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  if (!file)
    return error{from_errno(errno), path.string()};
  if (files.lock(file.get()) != 0)
    return error{errc::already_exists,
                 "another sync that changes " + path.string()};
  if (const auto e = journal::recover(*where, sync_to_disk); e != errc::none)
    return error{e, "cannot complete what was begun in " + path.string()};
  // What is there now, after that.
  struct stat info {};
  if (files.fstat(file.get(), info) != 0)
    return error{from_errno(errno), path.string()};
  const auto old = open_file_source(files, path);
  if (!old)
    return old.error();
  if (old->bytes->identity() != identity_of(info))
    return error{errc::source_changed, path.string()};
  return std::unique_ptr<sink>{std::make_unique<in_place_sink>(
      std::move(*where), info, std::move(file), old->bytes,
      sync_to_disk)};
}

} // namespace troupe
