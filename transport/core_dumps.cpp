// SPDX-License-Identifier: BSD-3-Clause
#include "transport/core_dumps.hpp"

#include <sys/prctl.h>

namespace troupe {

bool keep_out_of_core_dumps() noexcept {
  return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

} // namespace troupe
