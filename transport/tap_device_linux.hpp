// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"
#include "transport/unique_fd.hpp"

#include <string>

namespace troupe {

/// Makes an Ethernet device whose cable is the descriptor: frames that the
/// host sends are read from it, those written to it arrive (tun(4), TAP
/// without offloads, not blocking). It is down at first, and gone when the
/// descriptor is closed. `netns` is the path of the network namespace it
/// belongs to, or "-" for that of this thread, which is the same afterwards.
/// Errors: unsupported without /dev/net/tun; invalid_argument for a name of
/// no or more than 15 characters; not_found for a namespace; no_permission.
expected<unique_fd> open_tap(const std::string& device,
                             const std::string& netns);

} // namespace troupe
