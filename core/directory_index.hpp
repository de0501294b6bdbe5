// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/share_index.hpp"

#include <filesystem>
#include <functional>

namespace troupe {

/// A file, directory or symbolic link of a directory that was looked at.
struct scanned_entry {
  object_header header; ///< its name is the share path; size: of a file, bytes
  std::string target;   ///< of a symbolic link
  std::shared_ptr<const source> content; ///< of a file; opened anew by each read
  std::vector<std::size_t> children; ///< of a directory, in listing order

  /// Where it is below the scanned directory; the directory itself: "".
  std::string path_below;
};

/// What is in a directory, as it was when it was looked at.
struct directory_scan {
  /// The directory itself first, each directory before what is in it.
  std::vector<scanned_entry> entries;
  /// Share paths of what is neither file, directory nor link.
  std::vector<std::string> skipped;
};

struct scan_options {
  /// The share path of the directory; empty: the last component of its path.
  std::string name;
  /// Levels below the directory that are looked into; a directory further down
  /// counts as empty. 0: only what is in the directory itself.
  std::uint32_t levels = 1000;
  /// Directories on other file systems count as empty.
  bool one_file_system = false;
  /// Asked of everything below the directory, by share path: what is left out
  /// does not exist, nor what is below it. Empty: nothing is.
  std::function<bool(const std::string& share_path, bool is_directory)>
      leaves_out{};
};

/// Looks at everything below the directory `path`, links not followed, without
/// reading files. Children come in descending order of the bytes of their
/// names. Holds a descriptor for each level while it runs and one as long as a
/// source lives. Blocks on the disk; any thread. Errors, which name the path:
/// not_found, not_directory, is_symlink, access_denied, io_error;
/// too_many_files; invalid_argument: no name, as of "/"; name_too_long: a share
/// path of more than max_name_bytes, or directories nested more than 1000 deep.
expected<directory_scan> scan_directory(const std::filesystem::path& path,
                                        const scan_options& options = {});

/// Makes or finds the merkle tree of a scanned file that is not empty. Called
/// for one file at a time: to use more cores, make all trees first and hand
/// them over here.
using entry_tree = std::function<expected<merkle_tree>(const scanned_entry&)>;

/// Where the classic entries of a directory go.
class directory_writer {
public:
  virtual ~directory_writer() = default;
  /// Tree parts, chunks and the alias H(share path) of a file.
  virtual void add_file(const scanned_entry& file, const merkle_tree& tree) = 0;
  /// A listing or a link, or an alias of either.
  virtual void put(const hash& id, index_entry entry) = 0;
};

/// The channel hashes of a directory and of all that is in it.
struct directory_ids {
  std::vector<hash> of; ///< for each scanned entry; the first is the top hash
  std::uint64_t files = 0;
  std::uint64_t directories = 0; ///< the top included
  std::uint64_t links = 0;
  std::uint64_t bytes = 0; ///< of all files
};

/// Adds what librecast sends for a directory (docs/wire-format.md, "Objects"):
/// of each file its parts, chunks and alias, of each directory its listing, of
/// each link its target, and for both the alias H(share path). Errors: those of
/// `tree_of`, naming the path.
expected<directory_ids> index_directory(hash_type type,
                                        const directory_scan& scan,
                                        const entry_tree& tree_of,
                                        directory_writer& to);
/// The same into an index.
expected<directory_ids> index_directory(share_index& index,
                                        const directory_scan& scan,
                                        const entry_tree& tree_of);

} // namespace troupe
