// SPDX-License-Identifier: BSD-3-Clause
#include "core/local_sync.hpp"

#include "core/beneath.hpp"
#include "core/directory_index.hpp"
#include "core/file_attributes.hpp"
#include "core/local_copy.hpp"

#include <fcntl.h>

#include <algorithm>
#include <fstream>
#include <unordered_set>

namespace troupe {

namespace {

namespace fs = std::filesystem;

/// The umask. Asking with umask(2) would change it for other threads.
mode_t current_umask() {
  std::ifstream status{"/proc/self/status"};
  for (std::string word; status >> word;)
    if (word == "Umask:") {
      status >> word;
      return static_cast<mode_t>(std::strtoul(word.c_str(), nullptr, 8));
    }
  return 077;
}

error failure(errc code, const std::string& path) { return {code, path}; }

bool ends_with_slash(const fs::path& path) {
  const auto& text = path.native();
  return !text.empty() && text.back() == '/';
}

/// "a/b//" is "a/b", "/" stays.
fs::path without_slashes(const fs::path& path) {
  auto text = path.native();
  while (text.size() > 1 && text.back() == '/')
    text.pop_back();
  return text;
}

bool leads_to_directory(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

/// A directory with its content, into an open one.
class tree_copy {
public:
  tree_copy(const directory_scan& scan, descriptor root, fs::path path,
            const local_copy_context& context)
      : scan_(scan), root_(std::move(root)), path_(std::move(path)),
        context_(context), cursor_(root_) {}

  error run() {
    for (std::size_t i = 1; i < scan_.entries.size(); ++i) {
      const auto& entry = scan_.entries[i];
      const auto path = (path_ / entry.path_below).string();
      if (!context_.go_on())
        return failure(errc::cancelled, path);
      if (context_.options.on_entry)
        context_.options.on_entry(path);
      if (const auto failed = copy(entry, path); failed != errc::none)
        return failure(failed, path);
    }
    return finish();
  }

private:
  errc copy(const scanned_entry& entry, const std::string& path) {
    if (is_absent(entry.path_below))
      return note_new(entry);
    const auto& parent = cursor_.enter_parent(entry.path_below);
    if (!parent)
      return from_errno(errno);
    const auto* name = directory_cursor::last_of(entry.path_below);
    if (entry.header.kind() == object_kind::directory)
      return make_directory(parent, name, entry);
    auto directory = parent.dup();
    if (!directory)
      return from_errno(errno);
    const auto place = file_place::in(std::move(directory), name, path);
    if (!place)
      return place.error().code;
    if (entry.header.kind() == object_kind::symlink)
      return copy_local_link(
          {entry.target, entry.header.metadata, entry.path_below}, *place,
          context_);
    return copy_local_file(
        {entry.content, entry.header.metadata, entry.path_below}, *place,
        context_);
  }

  /// Whether a dry run cannot look there, since the directory that it would be
  /// in was not made.
  bool is_absent(const std::string& path) const {
    const auto slash = path.rfind('/');
    return !root_ ||
           (slash != path.npos && absent_.contains(path.substr(0, slash)));
  }

  /// Of a dry run: all of it would be made.
  errc note_new(const scanned_entry& entry) {
    auto& report = context_.report;
    const auto kind = entry.header.kind();
    if (kind == object_kind::directory)
      absent_.insert(entry.path_below);
    report.directories += kind == object_kind::directory;
    report.links += kind == object_kind::symlink;
    catalogue_entry wanted{entry.path_below, entry.header.metadata, 0, {},
                           entry.target};
    if (kind == object_kind::file) {
      wanted.size = entry.content->size();
      const auto chunks = wanted.size == 0 ? 0 : chunk_count(wanted.size);
      ++report.files;
      ++report.files_changed;
      report.bytes += wanted.size;
      report.bytes_copied += wanted.size;
      report.chunks += chunks;
      report.chunks_copied += chunks;
    }
    context_.note(wanted, std::nullopt, true);
    return errc::none;
  }

  errc make_directory(const descriptor& parent, const char* name,
                      const scanned_entry& entry) {
    struct stat info {};
    const bool is_there =
        parent->fstatat(parent.get(), name, info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!is_there && errno != ENOENT)
      return from_errno(errno);
    if (!is_there && context_.options.dry_run)
      return note_new(entry);
    ++context_.report.directories;
    if (is_there && !S_ISDIR(info.st_mode))
      return S_ISLNK(info.st_mode) ? errc::is_symlink : errc::not_directory;
    // Writable for us until everything is in it.
    const mode_t mode = (entry.header.metadata.mode & 0777) | 0700;
    if (!is_there && parent->mkdirat(parent.get(), name, mode) != 0)
      return from_errno(errno);
    context_.note({entry.path_below, entry.header.metadata, 0, {}, {}},
                  is_there ? std::optional{there_of(info)} : std::nullopt,
                  false);
    return errc::none;
  }

  /// The metadata of directories, from the inside out: what happens in them
  /// changes their times, and they may forbid that it does.
  error finish() {
    if (context_.options.dry_run)
      return {};
    for (auto i = scan_.entries.size(); i-- > 0;) {
      const auto& entry = scan_.entries[i];
      if (entry.header.kind() != object_kind::directory)
        continue;
      const auto directory = open_beneath(root_, entry.path_below,
                                          O_RDONLY | O_DIRECTORY);
      const auto failed =
          directory ? apply_attributes(directory, std::nullopt,
                                       entry.header.metadata,
                                       context_.options.metadata)
                    : from_errno(errno);
      if (failed != errc::none)
        return failure(failed, (path_ / entry.path_below).string());
    }
    if (context_.options.sync_to_disk && root_->syncfs(root_.get()) != 0)
      return failure(from_errno(errno), path_.string());
    return {};
  }

  const directory_scan& scan_;
  descriptor root_;
  fs::path path_; ///< for messages
  const local_copy_context& context_;
  directory_cursor cursor_;
  std::unordered_set<std::string> absent_; ///< directories, of a dry run
};

/// Opens the directory `path`, and makes it if there is none; in a dry run
/// there is none then. `follow`: it may be a link to one.
expected<descriptor> open_or_make(const fs::path& path, mode_t mode,
                                  bool follow, bool dry_run) {
  if (struct stat info {}; dry_run && ::lstat(path.c_str(), &info) != 0) {
    const auto parent =
        path.has_parent_path() ? path.parent_path() : fs::path{"."};
    if (errno == ENOENT && leads_to_directory(parent))
      return descriptor{};
    return failure(from_errno(errno), path.string());
  }
  if (!dry_run && ::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    return failure(from_errno(errno), path.string());
  auto opened = open_path(posix_file_system(), path.c_str(),
                          O_RDONLY | O_DIRECTORY | (follow ? 0 : O_NOFOLLOW));
  if (opened)
    return opened;
  const auto number = errno;
  struct stat info {};
  const bool is_link =
      ::lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
  return failure(is_link ? errc::is_symlink : from_errno(number),
                 path.string());
}

error copy_directory(fs::path from, const fs::path& to, bool content_only,
                     const local_copy_context& context) {
  if (content_only) { // as everywhere, "link/" is what the link leads to
    std::error_code failed;
    from = fs::canonical(from, failed);
    if (failed)
      return failure(from_errno(failed.value()), from.string());
  }
  scan_options options;
  if (from == "/")
    options.name = "/"; // never used: there is no directory to be made for it
  if (!context.options.recurse)
    options.levels = 0;
  if (!context.options.exclude.empty())
    options.leaves_out = [&context](const std::string& path,
                                    bool is_directory) {
      return context.options.exclude.match(path, is_directory);
    };
  auto scan = scan_directory(from, options);
  if (!scan)
    return scan.error();
  context.report.skipped = scan->skipped;
  const auto& top = scan->entries[0].header;
  const mode_t mode = (top.metadata.mode & 0777) | 0700;
  auto where = without_slashes(to);
  const bool is_dry = context.options.dry_run;
  std::optional<entry_there> there;
  const auto look = [&](bool follow) {
    struct stat info {};
    if ((follow ? ::stat(where.c_str(), &info)
                : ::lstat(where.c_str(), &info)) == 0)
      there = there_of(info);
  };
  if (content_only)
    look(true);
  auto root = open_or_make(where, mode, true, is_dry);
  if (root && !content_only) {
    const bool is_absent = !*root;
    where /= top.name;
    look(false);
    if (!is_absent)
      root = open_or_make(where, mode, false, is_dry);
  }
  if (!root)
    return root.error();
  context.note({{}, top.metadata, 0, {}, {}}, there, false);
  ++context.report.directories;
  if (context.options.on_entry)
    context.options.on_entry(where.string());
  return tree_copy{*scan, std::move(*root), where, context}.run();
}

/// A file or a link.
error copy_single(const fs::path& from, fs::path to,
                  const local_copy_context& context) {
  if (ends_with_slash(to) || leads_to_directory(to))
    to = without_slashes(to) / from.filename();
  if (context.options.on_entry)
    context.options.on_entry(to.string());
  const auto place = file_place::open(posix_file_system(), to);
  if (!place)
    return place.error();
  struct stat info {};
  if (::lstat(from.c_str(), &info) != 0)
    return failure(from_errno(errno), from.string());
  auto result = errc::none;
  if (S_ISLNK(info.st_mode)) {
    std::error_code failed;
    const auto target = fs::read_symlink(from, failed);
    if (failed)
      return failure(from_errno(failed.value()), from.string());
    result = copy_local_link(
        {target.string(), metadata_of(info), to.filename().string()}, *place,
        context);
  } else {
    const auto file = open_file_source(from);
    if (!file)
      return file.error();
    result = copy_local_file(
        {file->bytes, file->metadata, to.filename().string()}, *place, context);
  }
  return result == errc::none ? error{} : failure(result, to.string());
}

} // namespace

expected<local_sync_report> sync_local(const fs::path& from, const fs::path& to,
                                       const local_sync_options& options) {
  if (from.empty() || to.empty())
    return errc::not_found;
  const bool has_slash = ends_with_slash(from);
  const auto source = without_slashes(from);
  struct stat info {};
  if ((has_slash ? ::stat(source.c_str(), &info)
                 : ::lstat(source.c_str(), &info)) != 0)
    return failure(from_errno(errno), source.string());
  local_sync_report report;
  local_copy_context context{options, options.sync_to_disk, current_umask(),
                             report};
  error failed;
  if (S_ISDIR(info.st_mode)) {
    context.sync_files = false; // all at once in the end
    failed = copy_directory(source, to, has_slash, context);
  } else if (has_slash) {
    failed = failure(errc::not_directory, from.string());
  } else {
    failed = copy_single(source, to, context);
  }
  if (failed.code != errc::none)
    return failed;
  std::sort(report.changes.begin(), report.changes.end(),
            [](const entry_change& a, const entry_change& b) {
              return path_less(a.path, b.path);
            });
  return report;
}

} // namespace troupe
