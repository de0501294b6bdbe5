// SPDX-License-Identifier: BSD-3-Clause
#include "actors/embedding/last_word.hpp"

#include <caf/exit_reason.hpp>

namespace troupe {

error why_ended(const caf::error& reason) {
  if (reason == caf::exit_reason::user_shutdown)
    return {errc::cancelled, "the actor was told to exit"};
  return {errc::internal, "the actor that looked after it was killed"};
}

} // namespace troupe
