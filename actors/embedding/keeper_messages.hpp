// SPDX-License-Identifier: BSD-3-Clause
// Messages between keepers and what they spawn.
#pragma once

#include "actors/caf_compat.hpp"
#include "core/errc.hpp"
#include "core/share_index.hpp"

#include <memory>
#include <string>

namespace troupe {

/// share_keeper -> librarian: index everything. Once, first.
struct open_library {};

/// librarian -> share_keeper: the index, which lives on, or why there is none.
struct library_opened {
  std::shared_ptr<const object_directory> index;
  error failure;
};

/// librarian -> share_keeper: `name` is shared in another version, or cannot be.
struct library_changed {
  std::string name;
  error failure;
};

/// librarian -> itself: look whether paths have changed.
struct look_at_paths {};

/// replica_keeper -> itself: ask for a new version.
struct poll_replica {
  std::uint64_t number = 0; ///< of the waits; an older one has been overtaken
};

} // namespace troupe

TROUPE_BEGIN_MESSAGES(troupe_keepers, TROUPE_FIRST_TYPE_ID + 150)
TROUPE_LOCAL_MESSAGE(troupe_keepers, troupe::open_library)
TROUPE_LOCAL_MESSAGE(troupe_keepers, troupe::library_opened)
TROUPE_LOCAL_MESSAGE(troupe_keepers, troupe::library_changed)
TROUPE_LOCAL_MESSAGE(troupe_keepers, troupe::look_at_paths)
TROUPE_LOCAL_MESSAGE(troupe_keepers, troupe::poll_replica)
TROUPE_END_MESSAGES(troupe_keepers)
