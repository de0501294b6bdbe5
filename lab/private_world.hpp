// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

#include <functional>
#include <string>

namespace troupe::lab {

/// Runs `inside` in a process with mount, process and network namespaces of
/// its own (as root, or as an ordinary user where user namespaces are
/// allowed), and returns what it returns. There /run is an empty file system
/// in memory with room for most of it, and the only device is lo. Everything
/// that was made there, processes, devices and files below /run, is gone
/// when this returns, and when this process dies. SIGINT and SIGTERM end it.
/// Errors: no_permission, cancelled, else what the system says. Blocks. The
/// caller must have one thread only.
expected<std::string> in_private_world(
    const std::function<expected<std::string>()>& inside);

} // namespace troupe::lab
