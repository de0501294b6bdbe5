// SPDX-License-Identifier: BSD-3-Clause
// Private to the tree sink: the directory that is there, and what is in it.
#pragma once

#include "core/beneath.hpp"
#include "core/catalogue.hpp"
#include "core/entry_change.hpp"
#include "core/file_place.hpp"
#include "core/room.hpp"
#include "core/sink.hpp"
#include "core/tree_others.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace troupe {

/// The destination of a tree.
class tree_place {
public:
  /// Opens what is at `path` and looks for each entry of `what` in it. With a
  /// `partial_dir` the workshop is in that. Errors: as make_tree_sink().
  static expected<tree_place>
  open(file_system& files, const std::filesystem::path& path,
       const catalogue& what, const std::filesystem::path& partial_dir = {});

  /// The same for who only looks: what a dead sync has left stays there.
  static expected<tree_place> look(file_system& files,
                                   const std::filesystem::path& path,
                                   const catalogue& what);

  /// The directory itself; none while there is none.
  const descriptor& root() const noexcept { return *root_; }
  std::shared_ptr<descriptor> shared_root() const noexcept { return root_; }
  /// What is in the place of an entry.
  const std::optional<struct stat>& at(std::size_t entry) const {
    return there_[entry];
  }
  /// Whether that is a regular file that we may read. One that we may not is
  /// replaced like anything else that is no file.
  bool is_file(std::size_t entry) const noexcept;
  /// Whether it is still what it was when the place was opened.
  bool is_unchanged(std::size_t entry, directory_cursor& around,
                    const std::string& path) const;

  /// A folder that nobody else has, for new files: in the directory, or in its
  /// parent while there is none, or in the partial directory. One that a dead
  /// sync has left is there from the start.
  errc make_workshop();
  const descriptor& workshop() const noexcept { return *workshop_; }
  /// Its name in the directory or its parent; empty without one.
  const std::string& workshop_name() const noexcept { return workshop_name_; }
  std::shared_ptr<descriptor> shared_workshop() const noexcept {
    return workshop_;
  }
  /// The directory, or its parent while there is none.
  const descriptor& outside() const noexcept {
    return root() ? root() : parent_;
  }
  /// Removes it, with everything in it.
  void remove_workshop() noexcept;
  /// nullptr without one.
  const partial_directory& partial() const noexcept { return partial_; }

  /// Makes the directory if there is none.
  errc make_root();

private:
  errc look_for(const catalogue& what, std::string& name);
  void find_workshop();
  bool find_workshop_in(const descriptor& place, const std::string& name);

  descriptor parent_; ///< of the directory
  std::string name_;  ///< in the parent
  std::shared_ptr<descriptor> root_ = std::make_shared<descriptor>();
  std::vector<std::optional<struct stat>> there_;
  std::vector<bool> is_closed_to_us_;
  std::shared_ptr<descriptor> workshop_ = std::make_shared<descriptor>();
  std::string workshop_name_;
  descriptor workshop_parent_;
  partial_directory partial_;
};

/// Whether there is room for the files of `what` that are not there with their
/// size (check_free_room()). Of entry i a part is there if `has_rest(i)`: then
/// its room is taken already.
error check_room_for(const catalogue& what, const tree_place& where,
                     const std::function<bool(std::size_t)>& has_rest);

/// What becoming what `what` says changes, while nothing of that is done: only
/// entries of which something does. `is_other(i)`: file i gets other content.
/// Of what goes, what others_in() has; what cannot be read has nothing.
std::vector<entry_change>
changes_in(const tree_place& where, const catalogue& what,
           const std::function<bool(std::size_t)>& is_other,
           const metadata_choice& choice, bool delete_others,
           const is_spared& spared = {});

} // namespace troupe
