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
    TROUPE_REGISTER_MESSAGES(troupe);
    TROUPE_REGISTER_MESSAGES(troupe_parts);
    TROUPE_REGISTER_MESSAGES(troupe_keepers);
  });
#endif
}

} // namespace troupe
