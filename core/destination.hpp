// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/catalogue.hpp"
#include "core/exclude.hpp"
#include "core/sink.hpp"

#include <memory>
#include <string>

namespace troupe {

/// An open directory and what is put below it, entry by entry. Paths are
/// relative, and resolved beneath the directory without following a symbolic
/// link, whatever they say: what is in the way or leads out is an error. A
/// value; copies share the directory. Any thread. Blocks on the disk.
class destination {
public:
  /// Opens `path`, and makes it first if asked to and there is nothing.
  /// Errors: not_found, not_directory, access_denied.
  static expected<destination> open(const std::filesystem::path& path,
                                    bool create);
  /// The same in another file system than the real one, which outlives it.
  static expected<destination> open(file_system& files,
                                    const std::filesystem::path& path,
                                    bool create);

  /// As make_file_sink(). Errors, here and below, are those of open(), and
  /// is_symlink and invalid_argument for a path that leaves the directory.
  expected<std::unique_ptr<sink>>
  file(const std::string& path, bool sync_to_disk,
       const std::filesystem::path& partial_dir = {}) const;

  /// Makes a directory unless it is there; counts in `made` if it was not.
  error make_directory(const std::string& path,
                       std::uint64_t* made = nullptr) const;
  /// Gives a directory, "" being the top, its attributes: at the end, since
  /// what is made inside changes them.
  error finish_directory(const std::string& path, const file_metadata& metadata,
                         const metadata_choice& choice) const;

  /// Puts a link there, in one step, in the place of anything but a directory;
  /// counts in `made` if it was not there.
  error make_link(const std::string& path, const std::string& target,
                  const file_metadata& metadata, const metadata_choice& choice,
                  std::uint64_t* made = nullptr) const;

  /// Removes what is not among `entries`, of which path and type count, nor
  /// excluded; patterns see paths that begin with `name`. A `partial_dir`
  /// stays, too. Adds to `removed` how many went.
  error remove_others(std::vector<catalogue_entry> entries,
                      const std::string& name, const exclude_patterns& exclude,
                      const std::filesystem::path& partial_dir,
                      std::uint64_t& removed) const;

  /// Everything done so far lasts. Errors: io_error, no_space.
  error make_durable() const;

private:
  struct rep;
  explicit destination(std::shared_ptr<rep> top) : top_(std::move(top)) {}

  std::shared_ptr<rep> top_;
};

} // namespace troupe
