// SPDX-License-Identifier: BSD-3-Clause
#include "actors/register_messages.hpp"

#include "actors/embedding/keeper_messages.hpp"
#include "actors/messages.hpp"

#if TROUPE_CAF1
#include <mutex>
#endif

namespace troupe {

void register_messages() {
#if TROUPE_CAF1
  // The table is CAF's and static; filling it twice while it is read is not
  // allowed.
  static std::once_flag once;
  std::call_once(once, [] {
    caf::core::init_global_meta_objects();
    caf::init_global_meta_objects<caf::id_block::troupe>();
    caf::init_global_meta_objects<caf::id_block::troupe_parts>();
    caf::init_global_meta_objects<caf::id_block::troupe_keepers>();
  });
#endif
}

} // namespace troupe
