// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_sink.hpp"

#include "core/chunking.hpp"
#include "core/file_attributes.hpp"
#include "core/file_copy.hpp"
#include "core/file_place.hpp"
#include "core/resumed_source.hpp"
#include "core/tree_build.hpp"
#include "core/tree_commit.hpp"
#include "core/tree_place.hpp"
#include "core/tree_rest.hpp"
#include "core/tree_selection.hpp"

#include <fcntl.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <deque>

namespace troupe {
namespace {

constexpr std::size_t most_open_files = 32;
/// Zeros from this length on become holes.
constexpr std::size_t least_hole_bytes = 4096;

bool is_all_zero(std::span<const std::byte> bytes) noexcept {
  return bytes[0] == std::byte{0} &&
         std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

byte_range overlap(byte_range a, byte_range b) noexcept {
  const auto from = std::max(a.offset, b.offset);
  const auto to = std::min(a.offset + a.length, b.offset + b.length);
  return {from, to > from ? to - from : 0};
}

byte_range range_of(const pack_piece& piece) noexcept {
  return {piece.offset, piece.length};
}

class tree_sink final : public sink {
public:
  tree_sink(tree_place where, tree_selection wanted, tree_sink_options options)
      : where_(std::move(where)), wanted_(std::move(wanted)),
        options_(std::move(options)), made_(wanted_.what->entries.size()) {
    auto rest = find_tree_rest(where_, wanted_);
    left_over_ = std::move(rest.chunks);
    for (auto& [entry, file] : rest.files) {
      made_[entry].is_made = true;
      made_[entry].rest = std::move(file);
    }
    std::vector<std::shared_ptr<const source>> files;
    files.reserve(wanted_.layout.size());
    bool is_any = false;
    for (const auto& piece : wanted_.layout) {
      files.push_back(there_of(piece.entry));
      is_any = is_any || files.back();
    }
    if (is_any)
      old_ = make_pack_source(wanted_.layout, std::move(files),
                              wanted_.pack_length);
    if (struct stat top {};
        options_.memory && where_.root() &&
        where_.root()->fstat(where_.root().get(), top) == 0)
      known_ = options_.memory->recall(identity_of(top));
  }

  /// Chunks of the pack that are known to be there without reading them.
  chunk_map unchanged() const {
    if (wanted_.layout.empty() || known_.empty())
      return {};
    chunk_map result{chunk_count(wanted_.pack_length)};
    result.insert(0, result.chunks());
    for (const auto& piece : wanted_.layout) {
      const auto& entry = wanted_.what->entries[piece.entry];
      if (where_.is_file(piece.entry) && !made_[piece.entry].rest &&
          is_known(entry, identity_of(*where_.at(piece.entry))))
        continue;
      const auto last = (piece.offset + piece.length - 1) / chunk_bytes;
      for (auto chunk = piece.offset / chunk_bytes; chunk <= last; ++chunk)
        result.erase(chunk);
    }
    return result;
  }
  tree_sink(const tree_sink&) = delete;
  tree_sink& operator=(const tree_sink&) = delete;
  ~tree_sink() override { discard(); }

  error check_room(std::uint64_t) const override {
    return check_room_for(*wanted_.what, where_,
                          [this](std::size_t i) { return !!made_[i].rest; });
  }

  errc begin(std::uint64_t length) override {
    if (length != wanted_.pack_length)
      return errc::invalid_argument;
    is_begun_ = true;
    return length > std::uint64_t{LLONG_MAX} ? errc::too_large : errc::none;
  }

  errc write_at(std::uint64_t at, std::span<const std::byte> bytes) override {
    return write(at, bytes, true);
  }

  errc copy_from_old(byte_range from, std::uint64_t offset) override {
    if (from.offset == offset) {
      keep(from);
      return errc::none;
    }
    if (!old_)
      return errc::invalid_argument;
    std::vector<std::byte> bytes(from.length);
    if (const auto result = old_->read_at(from.offset, bytes);
        result != errc::none)
      return result;
    return write(offset, bytes, false);
  }

  errc commit(const file_metadata&, const metadata_choice&) override {
    for (const auto step : {&tree_sink::complete_files, &tree_sink::flush})
      if (const auto result = (this->*step)(); result != errc::none)
        return result;
    if (options_.list_changes)
      outcome_.changes = changes_in(
          where_, *wanted_.what, [this](auto i) { return made_[i].is_made; },
          options_.metadata, options_.delete_others, spared());
    tree_commit placing{where_, *wanted_.what, options_.metadata,
                        [this](auto i) { return made_[i].is_made; }};
    auto result = placing.put_in_place();
    if (result == errc::none)
      result = remove_what_is_not_wanted();
    if (const auto finished = placing.finish_directories(result == errc::none);
        result == errc::none)
      result = finished;
    if (result != errc::none)
      return result;
    outcome_.others_changed = placing.others_changed();
    if (options_.memory)
      remember();
    if (options_.outcome)
      *options_.outcome = outcome_;
    return options_.sync_to_disk ? sync_file_system(where_.root()) : errc::none;
  }

  std::shared_ptr<const source> old() const override { return old_; }
  bool has_more_to_commit() const override { return true; }
  std::shared_ptr<const chunk_map> left_over() const override {
    return left_over_;
  }

  /// What a dead sync left stays until something was done about it.
  void discard() noexcept override {
    open_.clear();
    if (is_begun_)
      where_.remove_workshop();
  }

private:
  struct open_file {
    std::size_t entry = 0;
    descriptor fd;
  };
  /// What became of an entry's new content.
  struct state {
    bool is_made = false;     ///< in the workshop
    bool has_length = false;  ///< it is as long as it is going to be
    bool has_kept = false;    ///< what stays of the old file is in it
    file_stamp made_as;       ///< what it was when it was complete
    /// With what a dead sync left of it, as far as it was made by that.
    std::shared_ptr<const resumed_source> rest;
  };

  std::string made_name(std::size_t entry) const {
    return name_in_workshop(wanted_.what->entries[entry]);
  }

  /// What there is of a file: old content, or what a dead sync left.
  std::shared_ptr<const source> there_of(std::size_t entry) const {
    if (made_[entry].rest)
      return made_[entry].rest;
    return old_file_of(where_, *wanted_.what, entry);
  }

  /// `all_is_announced`: what is kept is known by now.
  errc write(std::uint64_t offset, std::span<const std::byte> bytes,
             bool all_is_announced) {
    const byte_range to{offset, bytes.size()};
    for (const auto& piece : pieces_in(wanted_.layout, to)) {
      const auto part = overlap(to, range_of(piece));
      const auto content = bytes.subspan(part.offset - offset, part.length);
      // A chunk has the ends of files that did not change, too.
      if (all_is_announced && !made_[piece.entry].is_made &&
          is_there(piece, part, content)) {
        keep(part);
        continue;
      }
      const auto* file = all_is_announced ? made_file(piece) : open_made(piece.entry);
      if (file == nullptr)
        return failure_;
      if (content.size() >= least_hole_bytes && is_all_zero(content) &&
          !made_[piece.entry].rest)
        continue; // each byte is written once, and a new file is all zero
      if (const auto result = write_fully(
              file->fd, part.offset - piece.offset, content);
          result != errc::none)
        return result;
    }
    return errc::none;
  }

  /// Whether the old file has these bytes in this place.
  bool is_there(const pack_piece& piece, byte_range part,
                std::span<const std::byte> content) const {
    if (!where_.is_file(piece.entry) ||
        static_cast<std::uint64_t>(where_.at(piece.entry)->st_size) !=
            piece.length)
      return false;
    std::vector<std::byte> there(part.length);
    return old_->read_at(part.offset, there) == errc::none &&
           std::equal(there.begin(), there.end(), content.begin());
  }

  /// Adds a range that is not in `kept_` yet.
  void keep(byte_range range) {
    auto next = std::partition_point(
        kept_.begin(), kept_.end(), [&](const byte_range& run) {
          return run.offset < range.offset;
        });
    const bool meets_next =
        next != kept_.end() && range.offset + range.length == next->offset;
    if (next != kept_.begin() &&
        std::prev(next)->offset + std::prev(next)->length == range.offset) {
      auto& run = *std::prev(next);
      run.length += range.length;
      if (meets_next) {
        run.length += next->length;
        kept_.erase(next);
      }
    } else if (meets_next) {
      *next = {range.offset, range.length + next->length};
    } else {
      kept_.insert(next, range);
    }
  }

  /// The first run of kept bytes that ends behind `offset`.
  auto kept_from(std::uint64_t offset) const {
    return std::partition_point(
        kept_.begin(), kept_.end(), [offset](const byte_range& run) {
          return run.offset + run.length <= offset;
        });
  }

  bool is_kept(const pack_piece& piece) const {
    const auto run = kept_from(piece.offset);
    return run != kept_.end() &&
           overlap(*run, range_of(piece)).length == piece.length;
  }

  /// The new file of `piece`, with what stays of the old one. nullptr, and
  /// failure_, when it cannot be had.
  open_file* made_file(const pack_piece& piece) {
    auto* file = open_made(piece.entry);
    if (file == nullptr || made_[piece.entry].has_kept)
      return file;
    made_[piece.entry].has_kept = true;
    failure_ = copy_kept(piece, *file);
    return failure_ == errc::none ? file : nullptr;
  }

  open_file* open_made(std::size_t entry) {
    const auto found =
        std::find_if(open_.begin(), open_.end(), [entry](const open_file& each) {
          return each.entry == entry;
        });
    if (found != open_.end())
      return &*found;
    auto& made = made_[entry];
    if (!where_.workshop())
      if ((failure_ = where_.make_workshop()) != errc::none)
        return nullptr;
    const auto how = made.is_made ? 0 : O_CREAT | O_EXCL;
    auto fd = where_.workshop().open(made_name(entry).c_str(),
                                     O_RDWR | O_NOFOLLOW | how, 0600);
    const auto size = static_cast<off_t>(wanted_.what->entries[entry].size);
    if (!fd || (!made.has_length && (size > 0 || made.is_made) &&
                fd->ftruncate(fd.get(), size) != 0)) {
      failure_ = from_errno(errno);
      return nullptr;
    }
    if (made.rest && !made.has_length)
      if ((failure_ = make_private_again(fd)) != errc::none)
        return nullptr;
    made.is_made = made.has_length = true;
    if (open_.size() == most_open_files)
      open_.pop_front();
    open_.push_back({entry, std::move(fd)});
    return &open_.back();
  }

  errc copy_kept(const pack_piece& piece, const open_file& to) {
    auto run = kept_from(piece.offset);
    const auto whole = range_of(piece);
    if (run == kept_.end() || overlap(*run, whole).length == 0 ||
        !where_.is_file(piece.entry))
      return errc::none;
    const auto& path = wanted_.what->entries[piece.entry].path;
    const auto from = open_beneath(where_.root(), path, O_RDONLY | O_NONBLOCK);
    if (!from)
      return errc::source_changed;
    if (const auto result =
            check_stamp(from, file_stamp{*where_.at(piece.entry)});
        result != errc::none)
      return result;
    const auto there =
        static_cast<std::uint64_t>(where_.at(piece.entry)->st_size);
    file_copy copy{from, to.fd};
    for (; run != kept_.end(); ++run) {
      const auto part = overlap(*run, whole);
      if (part.length == 0)
        break;
      auto bytes = overlap({part.offset - piece.offset, part.length},
                           {0, there});
      while (bytes.length > 0) {
        const auto same = first_of(piece.entry, bytes);
        if (same.what == resumed_piece::from::old_object)
          if (const auto result =
                  copy.copy({bytes.offset, same.length}, bytes.offset);
              result != errc::none)
            return result;
        bytes.offset += same.length;
        bytes.length -= same.length;
      }
    }
    return errc::none;
  }

  /// What of `bytes` of a file that stays is in the old one, or in place.
  resumed_piece first_of(std::size_t entry, byte_range bytes) const {
    if (const auto& rest = made_[entry].rest)
      return rest->first_of(bytes);
    return {resumed_piece::from::old_object, bytes.offset, bytes.length};
  }

  /// Every file that is not what it should be is in the workshop, with all of
  /// its content and attributes, or there is an error.
  errc complete_files() {
    auto piece = wanted_.layout.begin();
    directory_cursor around{where_.root()};
    for (std::size_t i = 0; i < wanted_.what->entries.size(); ++i) {
      const auto& entry = wanted_.what->entries[i];
      if (!entry.is_file())
        continue;
      ++outcome_.files;
      const bool has_piece = piece != wanted_.layout.end() && piece->entry == i;
      const auto old_bytes =
          where_.is_file(i) ? static_cast<std::uint64_t>(where_.at(i)->st_size)
                            : ~std::uint64_t{0};
      const bool stays = !made_[i].is_made && old_bytes == entry.size &&
                         (!has_piece || is_kept(*piece));
      if (stays && !where_.is_unchanged(i, around, entry.path))
        return errc::source_changed;
      if (!stays) {
        ++outcome_.files_changed;
        const auto* file = has_piece ? made_file(*piece) : open_made(i);
        if (file == nullptr)
          return failure_;
        const auto replaced = where_.is_file(i) ? where_.at(i) : std::nullopt;
        if (const auto result = apply_attributes(
                file->fd, replaced, entry.metadata, options_.metadata);
            result != errc::none)
          return result;
        if (struct stat info {}; file->fd->fstat(file->fd.get(), info) == 0)
          made_[i].made_as = file_stamp{info};
      }
      if (has_piece)
        ++piece;
    }
    return errc::none;
  }

  errc flush() {
    open_.clear();
    return options_.sync_to_disk && where_.workshop()
               ? sync_file_system(where_.workshop())
               : errc::none;
  }

  static errc sync_file_system(const descriptor& fd) {
    return result_of_call(fd->syncfs(fd.get()));
  }

  is_spared spared() const {
    const auto& partial = where_.partial();
    struct stat info {};
    if (partial && (*partial)->fstat(partial->get(), info) == 0)
      return wanted_.spared(info);
    return wanted_.spared(std::nullopt);
  }

  errc remove_what_is_not_wanted() {
    discard();
    return options_.delete_others
               ? remove_others(where_.root(), *wanted_.what, spared(),
                               outcome_.deleted)
               : errc::none;
  }

  /// What is there now, for the next time.
  void remember() const {
    known_files known;
    directory_cursor around{where_.root()};
    for (const auto& piece : wanted_.layout) {
      const auto& entry = wanted_.what->entries[piece.entry];
      struct stat info {};
      const auto& parent = around.enter_parent(entry.path);
      if (!parent ||
          parent->fstatat(parent.get(), directory_cursor::last_of(entry.path),
                          info, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      auto as = made_[piece.entry].made_as;
      if (!made_[piece.entry].is_made && where_.at(piece.entry)) {
        as = file_stamp{*where_.at(piece.entry)};
        if (options_.metadata.mtime) { // which we may have changed
          as.mtime_s = entry.metadata.mtime_s;
          as.mtime_ns = static_cast<std::int64_t>(entry.metadata.mtime_ns);
        }
      }
      if (as == file_stamp{info} && has_root(entry, info))
        known.emplace(entry.path, known_file{identity_of(info), entry.root});
    }
    if (struct stat top {};
        where_.root()->fstat(where_.root().get(), top) == 0)
      options_.memory->remember(identity_of(top), known);
  }

  bool is_known(const catalogue_entry& entry, const file_identity& file) const {
    const auto one = known_.find(entry.path);
    return one != known_.end() && one->second.root == entry.root &&
           one->second.file == file && file.size == entry.size;
  }

  /// Whether the file has the content that its root says. The pack's hashes
  /// have proved the content, but not the root, and a sharer that lies about it
  /// must not make us skip the file when another sharer tells the truth.
  bool has_root(const catalogue_entry& entry, const struct stat& info) const {
    const auto now =
        make_beneath_source(where_.shared_root(), entry.path, info);
    return is_known(entry, identity_of(info)) ||
           troupe::has_root(wanted_.what->pack.type, now, entry.root);
  }

  tree_place where_;
  tree_selection wanted_;
  tree_sink_options options_;
  std::vector<state> made_;          ///< by entry
  std::shared_ptr<const source> old_;
  std::shared_ptr<const chunk_map> left_over_; ///< of the pack
  bool is_begun_ = false;
  std::vector<byte_range> kept_;     ///< of the pack, ascending
  std::deque<open_file> open_;       ///< of the workshop, latest last
  errc failure_ = errc::none;
  tree_outcome outcome_;
  known_files known_;                ///< from last time
};

} // namespace

expected<tree_destination>
make_tree_sink(const std::filesystem::path& path,
               std::shared_ptr<const catalogue> what,
               tree_sink_options options) {
  return make_tree_sink(posix_file_system(), path, std::move(what),
                        std::move(options));
}

expected<tree_destination>
make_tree_sink(file_system& files, const std::filesystem::path& path,
               std::shared_ptr<const catalogue> what,
               tree_sink_options options) {
  auto wanted = select_entries(std::move(what), options.exclude);
  if (!wanted)
    return wanted.error();
  auto where = tree_place::open(files, path, *wanted->what,
                                options.partial_dir);
  if (!where)
    return where.error();
  auto unwanted = wanted->unwanted();
  auto made = std::make_unique<tree_sink>(
      std::move(*where), std::move(*wanted), std::move(options));
  auto unchanged = made->unchanged();
  return tree_destination{std::move(made), std::move(unchanged),
                          std::move(unwanted)};
}

} // namespace troupe
