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
};

/// What all copies of one sync_local() have in common.
struct local_copy_context {
  const local_sync_options& options;
  bool sync_files = true;   ///< each file as it is done
  mode_t hidden_mode = 022; ///< the umask
  local_sync_report& report;

  bool go_on() const { return !options.go_on || options.go_on(); }
};

/// Makes what is at `where` equal to `file`. Errors: as sync_local().
errc copy_local_file(const local_file& file, const file_place& where,
                     const local_copy_context& context);

/// Makes `where` a symbolic link with `target`.
errc copy_local_link(const std::string& target, const file_metadata& metadata,
                     const file_place& where,
                     const local_copy_context& context);

} // namespace troupe
