// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/net_socket.hpp"

#include <librecast/types.h>

#include <array>
#include <cstddef>
#include <span>

namespace troupe::capi {

inline constexpr std::size_t message_head_bytes = sizeof(lc_message_head_t);

/// Sends what `message` holds on `by` as one packet, and returns the bytes of
/// the packet, or -1 and errno.
ssize_t send_message(channel& by, const lc_message_t& message);

/// Receives the next message of a socket into `message`, whose data lc_msg_free
/// gives back. Returns the bytes of the packet, or -1 and errno: EBADMSG for a
/// packet that is none. `stop` as for wire_socket::receive().
ssize_t receive_message(net_socket& by, lc_message_t& message, int stop = -1);

} // namespace troupe::capi
