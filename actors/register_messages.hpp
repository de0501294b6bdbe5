// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace troupe {

/// Makes our messages known to CAF 1.x, where that is one table for the whole
/// process: before any actor system is made. May be called again, by any
/// thread. CAF 0.17 needs nothing for messages that stay in the process.
void register_messages();

} // namespace troupe
