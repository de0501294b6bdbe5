// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/entry_change.hpp"
#include "core/exclude.hpp"
#include "core/sink.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace troupe {

/// What a local sync takes over, and how it is watched.
struct local_sync_options {
  metadata_choice metadata;
  bool recurse = true;      ///< else sub directories are made but left empty
  bool sync_to_disk = true; ///< on disk when it returns
  bool dry_run = false;      ///< compares, and changes nothing
  bool list_changes = false; ///< in the report
  /// Of a directory: what is not looked at, here and there.
  exclude_patterns exclude;
  /// Asked before every entry and every MiB; false ends with errc::cancelled.
  std::function<bool()> go_on;
  /// Called with the path of each entry before it is looked at.
  std::function<void(const std::string& destination)> on_entry;
};

struct local_sync_report {
  std::uint64_t files = 0;
  std::uint64_t files_changed = 0; ///< content new or replaced
  std::uint64_t directories = 0;
  std::uint64_t links = 0;
  std::uint64_t bytes = 0;         ///< of all files
  std::uint64_t bytes_copied = 0;  ///< of chunks that were not in place
  std::uint64_t chunks = 0;
  std::uint64_t chunks_copied = 0;
  std::vector<std::string> skipped; ///< neither file, directory nor link
  std::vector<entry_change> changes; ///< if asked for; ascending paths
};

/// Makes `to` what `from` is, on this host: compares chunk by chunk and writes
/// only those that differ, into a new file that takes the old one's place in
/// one step and shares its other blocks where the file system can. A file that
/// is equal is not touched but for its metadata. Links are copied as links.
///
/// A file or link goes to `to`, or into `to` if that is a directory or ends
/// with a slash. A directory goes to `to`/its name; with a slash at the end of
/// `from` its content goes into `to`. A missing `to` is made, its parent is
/// not. Below the destination names are resolved without following links, and
/// a file never takes the place of a directory nor the other way. New files and
/// directories get the mode of the old ones & ~umask, without
/// metadata_choice::mode.
///
/// In a dry run the report says what would happen, and nothing does.
///
/// Blocks on the disk; any thread. An error names the path; what was done
/// before it stays. Errors: not_found, is_directory, not_directory, is_symlink,
/// access_denied, no_space, io_error, source_changed, unsupported, cancelled.
expected<local_sync_report> sync_local(const std::filesystem::path& from,
                                       const std::filesystem::path& to,
                                       const local_sync_options& options = {});

} // namespace troupe
