// SPDX-License-Identifier: BSD-3-Clause
// Private to the tree sink: the directory that is there, and what is in it.
#pragma once

#include "core/beneath.hpp"
#include "core/catalogue.hpp"
#include "core/sink.hpp"

#include <optional>
#include <vector>

namespace troupe {

/// The destination of a tree.
class tree_place {
public:
  /// Opens what is at `path` and looks for each entry of `what` in it.
  /// Errors: as make_tree_sink().
  static expected<tree_place> open(const std::filesystem::path& path,
                                   const catalogue& what);

  /// The directory itself; -1 while there is none.
  int root() const noexcept { return root_->get(); }
  std::shared_ptr<unique_fd> shared_root() const noexcept { return root_; }
  /// What is in the place of an entry.
  const std::optional<struct stat>& at(std::size_t entry) const {
    return there_[entry];
  }
  /// Whether that is a regular file that we may read. One that we may not is
  /// replaced like anything else that is no file.
  bool is_file(std::size_t entry) const noexcept;
  /// Whether it is still what it was when the place was opened.
  bool is_unchanged(std::size_t entry, directory_cursor& around,
                    const std::string& path) const noexcept;

  /// A folder that nobody else has, for new files: in the directory, or in its
  /// parent while there is none.
  errc make_workshop();
  int workshop() const noexcept { return workshop_.get(); }
  /// Removes it, with everything in it.
  void remove_workshop() noexcept;

  /// Makes the directory if there is none.
  errc make_root();

private:
  errc look_for(const catalogue& what, std::string& name);
  int outside() const noexcept;

  unique_fd parent_; ///< of the directory, while there is none
  std::string name_; ///< in the parent
  std::shared_ptr<unique_fd> root_ = std::make_shared<unique_fd>();
  std::vector<std::optional<struct stat>> there_;
  std::vector<bool> is_closed_to_us_;
  unique_fd workshop_;
  std::string workshop_name_;
  unique_fd workshop_parent_;
};

/// Removes the directory `name` in `parent` and all that is in it, links not
/// followed. Goes on after an error and returns the first.
errc remove_tree(int parent, const char* name) noexcept;

/// Removes what is below `root` and not in `what`, and counts in `removed` the
/// entries that went, what was in them not counted. Goes on after an error and
/// returns the first.
errc remove_others(int root, const catalogue& what, std::uint64_t& removed);

} // namespace troupe
