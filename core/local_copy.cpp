// SPDX-License-Identifier: BSD-3-Clause
#include "core/local_copy.hpp"

#include "core/file_attributes.hpp"
#include "core/file_sink.hpp"
#include "core/read_buffer.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>

namespace troupe {

namespace {

constexpr std::size_t piece_bytes = std::size_t{32} * chunk_bytes;

errc get_out_of_the_way(const struct stat& info) {
  return S_ISDIR(info.st_mode) ? errc::is_directory : errc::none;
}

/// One pass over both files. The new one is begun at the first difference.
class file_comparison {
public:
  file_comparison(const local_file& file, const file_place& where,
                  const std::optional<struct stat>& existing,
                  const local_copy_context& context)
      : file_(file), where_(where), existing_(existing), context_(context),
        length_(file.content->size()) {}

  errc run();
  /// Whether the content differs; after run().
  bool is_other() const noexcept { return is_other_; }

private:
  errc open_old();
  errc handle_piece(byte_range piece);
  bool is_same(byte_range chunk, byte_range piece) const;
  errc begin(std::uint64_t done);
  errc finish();
  std::uint64_t old_length() const {
    return old_ ? static_cast<std::uint64_t>(existing_->st_size) : 0;
  }

  const local_file& file_;
  const file_place& where_;
  const std::optional<struct stat>& existing_; ///< a regular file
  const local_copy_context& context_;
  std::uint64_t length_;
  descriptor old_;
  std::unique_ptr<sink> new_; ///< once there is a difference
  bool is_other_ = false;     ///< the same, also in a dry run
  read_buffer ours_, theirs_;
};

errc file_comparison::open_old() {
  if (!existing_)
    return errc::none;
  auto file = where_.directory().open(
      where_.name(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (!file) // one that cannot be read is replaced all the same
    return errno == EACCES || errno == ENOENT ? errc::none : from_errno(errno);
  if (const auto changed = check_stamp(file, file_stamp{*existing_});
      changed != errc::none)
    return changed;
  old_ = std::move(file);
  return errc::none;
}

/// Makes the new file, with the first `done` bytes of the old one.
errc file_comparison::begin(std::uint64_t done) {
  is_other_ = true;
  if (new_ || context_.options.dry_run)
    return errc::none;
  auto directory = where_.directory().dup();
  if (!directory)
    return from_errno(errno);
  auto place = file_place::in(std::move(directory), where_.name(),
                              where_.path());
  if (!place)
    return place.error().code;
  auto made = make_file_sink(
      std::move(*place), {context_.sync_files, false},
      [](const struct stat&) -> std::shared_ptr<const source> { return {}; });
  if (!made)
    return made.error().code;
  new_ = std::move(*made);
  if (const auto failed = new_->begin(length_); failed != errc::none)
    return failed;
  return done == 0 ? errc::none : new_->copy_from_old({0, done}, 0);
}

bool file_comparison::is_same(byte_range chunk, byte_range piece) const {
  if (chunk.offset + chunk.length > old_length())
    return false;
  const auto at = chunk.offset - piece.offset;
  return std::memcmp(ours_.data() + at, theirs_.data() + at, chunk.length) == 0;
}

errc file_comparison::handle_piece(byte_range piece) {
  const std::span ours{ours_.data(), piece.length};
  if (const auto failed = file_.content->read_at(piece.offset, ours);
      failed != errc::none)
    return failed;
  const auto there = piece.offset < old_length()
                         ? std::min(piece.length, old_length() - piece.offset)
                         : 0;
  if (there > 0)
    if (const auto failed = read_fully(old_, piece.offset,
                                       std::span{theirs_.data(), there});
        failed != errc::none)
      return failed;
  for (auto at = piece.offset; at < piece.offset + piece.length;) {
    const auto first = chunk_range(length_, at / chunk_bytes);
    const bool same = is_same(first, piece);
    auto run = first;
    std::uint64_t chunks = 1;
    // Neighbours that are alike go together.
    while (run.offset + run.length < piece.offset + piece.length) {
      const auto next =
          chunk_range(length_, (run.offset + run.length) / chunk_bytes);
      if (is_same(next, piece) != same)
        break;
      run.length += next.length;
      ++chunks;
    }
    at = run.offset + run.length;
    auto result = errc::none;
    if (!same) {
      result = begin(run.offset);
      if (result == errc::none && new_)
        result = new_->write_at(
            run.offset, ours.subspan(run.offset - piece.offset, run.length));
      context_.report.bytes_copied += run.length;
      context_.report.chunks_copied += chunks;
    } else if (new_) {
      result = new_->copy_from_old(run, run.offset);
    }
    if (result != errc::none)
      return result;
  }
  return errc::none;
}

errc file_comparison::finish() {
  auto choice = context_.options.metadata;
  auto metadata = file_.metadata;
  if (context_.options.dry_run) {
    context_.report.files_changed += is_other_;
    return errc::none;
  }
  if (!new_) {
    if (!old_)
      return errc::internal; // begin() was due
    return apply_attributes(old_, std::nullopt, metadata, choice);
  }
  ++context_.report.files_changed;
  if (!choice.mode && !existing_) {
    choice.mode = true;
    metadata.mode &= 0777 & ~context_.hidden_mode;
  }
  return new_->commit(metadata, choice);
}

errc file_comparison::run() {
  if (const auto failed = open_old(); failed != errc::none)
    return failed;
  ours_.resize(std::min<std::uint64_t>(length_, piece_bytes));
  theirs_.resize(std::min<std::uint64_t>(old_length(), piece_bytes));
  for (std::uint64_t at = 0; at < length_;) {
    if (!context_.go_on())
      return errc::cancelled;
    const byte_range piece{at, std::min<std::uint64_t>(length_ - at,
                                                       piece_bytes)};
    if (const auto failed = handle_piece(piece); failed != errc::none)
      return failed;
    at += piece.length;
  }
  // Shorter than the old one, or empty and new.
  if (!is_other_ && (!old_ || old_length() != length_))
    if (const auto failed = begin(length_); failed != errc::none)
      return failed;
  if (const auto changed = file_.content->check_unchanged();
      changed != errc::none)
    return changed;
  return finish();
}

/// The link's target; nothing for what is no link.
std::optional<std::string> target_of(const file_place& where) {
  std::array<char, PATH_MAX> target;
  const auto bytes = where.files().readlinkat(where.directory().get(),
                                              where.name(), target);
  if (bytes < 0)
    return std::nullopt;
  return std::string{target.data(), static_cast<std::size_t>(bytes)};
}

} // namespace

void local_copy_context::note(const catalogue_entry& wanted,
                              const std::optional<entry_there>& there,
                              bool is_other) const {
  if (!options.list_changes)
    return;
  auto change = change_of(wanted, there, is_other, options.metadata);
  if (change.any())
    report.changes.push_back(std::move(change));
}

entry_there there_of(const struct stat& info) {
  return {metadata_of(info), static_cast<std::uint64_t>(info.st_size), {}};
}

errc copy_local_file(const local_file& file, const file_place& where,
                     const local_copy_context& context) {
  if (!context.go_on())
    return errc::cancelled;
  auto existing = where.look();
  if (!existing)
    return existing.error().code;
  std::optional<entry_there> there;
  if (*existing) {
    const auto& info = **existing;
    if (const auto blocked = get_out_of_the_way(info); blocked != errc::none)
      return blocked;
    there = there_of(info);
    if (!S_ISREG(info.st_mode))
      existing->reset(); // replaced
  }
  auto& report = context.report;
  ++report.files;
  report.bytes += file.content->size();
  if (file.content->size() > 0)
    report.chunks += chunk_count(file.content->size());
  file_comparison compared{file, where, *existing, context};
  const auto result = compared.run();
  if (result == errc::none)
    context.note({file.path_below, file.metadata, file.content->size(), {}, {}},
                 there, compared.is_other());
  return result;
}

errc copy_local_link(const local_link& link, const file_place& where,
                     const local_copy_context& context) {
  const auto existing = where.look();
  if (!existing)
    return existing.error().code;
  ++context.report.links;
  auto result = *existing ? get_out_of_the_way(**existing) : errc::none;
  const auto target = target_of(where);
  std::optional<entry_there> there;
  if (*existing) {
    there = there_of(**existing);
    there->target = target.value_or("");
  }
  if (result == errc::none && !context.options.dry_run) {
    if (target != link.target)
      result = put_link(where.directory(), where.name(), link.target);
    if (result == errc::none)
      result = apply_link_attributes(where.directory(), where.name(),
                                     link.metadata, context.options.metadata);
  }
  if (result == errc::none)
    context.note({link.path_below, link.metadata, 0, {}, link.target}, there,
                 false);
  return result;
}

} // namespace troupe
