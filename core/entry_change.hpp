// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/catalogue.hpp"
#include "core/sink.hpp"

#include <filesystem>
#include <optional>

namespace troupe {

/// What is in the place of a shared entry.
struct entry_there {
  file_metadata metadata; ///< its type, too
  std::uint64_t size = 0; ///< of a file, bytes
  std::string target;     ///< of a symbolic link
};

/// What a sync changes, or would change, of one entry of its destination.
struct entry_change {
  std::string path; ///< as in the catalogue; of a single file: its name
  object_kind kind = object_kind::file;
  std::string target; ///< of a symbolic link: what it leads to then
  bool is_new = false;     ///< nothing is there, or something of another type
  bool is_deleted = false; ///< what the share does not have goes
  bool content = false;    ///< of a file; of a link, its target
  bool size = false;
  bool time = false;
  bool mode = false;
  bool owner = false;
  bool group = false;

  bool any() const noexcept {
    return is_new || is_deleted || content || size || time || mode || owner ||
           group;
  }
  friend bool operator==(const entry_change&, const entry_change&) = default;
};

/// What is at `path`, links not followed; nothing if that cannot be said. The
/// real file system; blocks on it.
std::optional<entry_there> look_at_entry(const std::filesystem::path& path);

/// How `there` differs from what is wanted, in its content if `is_other` and
/// as far as metadata is chosen. Pure.
entry_change change_of(const catalogue_entry& wanted,
                       const std::optional<entry_there>& there, bool is_other,
                       const metadata_choice& choice);

} // namespace troupe
