// SPDX-License-Identifier: BSD-3-Clause
// Private to sync_local(): one file, one link.
#pragma once

#include "core/file_place.hpp"
#include "core/local_sync.hpp"

namespace troupe {

/// A file to be copied, as it was when it was looked at.
struct local_file {
  std::shared_ptr<const source> content;
  file_metadata metadata;
  std::string path_below; ///< as entry_change has it
};

/// A link to be copied.
struct local_link {
  std::string target;
  file_metadata metadata;
  std::string path_below;
};

/// What all copies of one sync_local() have in common.
struct local_copy_context {
  const local_sync_options& options;
  bool sync_files = true;   ///< each file as it is done
  mode_t hidden_mode = 022; ///< the umask
  local_sync_report& report;

  bool go_on() const { return !options.go_on || options.go_on(); }

  /// Puts into the report how `there` differs from `wanted`, if it does.
  void note(const catalogue_entry& wanted,
            const std::optional<entry_there>& there, bool is_other) const;
};

/// Makes what is at `where` equal to `file`. Errors: as sync_local().
errc copy_local_file(const local_file& file, const file_place& where,
                     const local_copy_context& context);

/// Makes `where` the same symbolic link.
errc copy_local_link(const local_link& link, const file_place& where,
                     const local_copy_context& context);

/// What stat(2) says of something that is no link.
entry_there there_of(const struct stat& info);

} // namespace troupe
