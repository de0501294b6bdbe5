// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::tool {

/// Tells the service manager that started this process, if there is one that
/// wants to know: "READY=1", "STATUS=...", "WATCHDOG=1"; see sd_notify(3) for
/// the protocol. Without one it does nothing. Does not block.
void notify_manager(std::string_view state);

/// What it is told before a reload: "RELOADING=1" and since when.
std::string reloading_state();

/// How often the manager wants a sign of life at least; nothing if it does not
/// watch this process (sd_watchdog_enabled(3)).
std::optional<std::chrono::microseconds> watchdog_interval();

} // namespace troupe::tool
