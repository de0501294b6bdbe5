// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

namespace troupe::tool {

/// Gives up every capability for good, but CAP_DAC_READ_SEARCH where it is
/// there (as it is for root): without it root could not share what only others
/// may read. And no program that is started from here has more
/// (PR_SET_NO_NEW_PRIVS). For this thread and those that it starts: call it
/// before there are others. Errors: internal. See capabilities(7), prctl(2).
error keep_reading_only();

} // namespace troupe::tool
