// SPDX-License-Identifier: BSD-3-Clause
// One object on one channel: what lc_recvtree, lc_sendtree and their like do.
#pragma once

#include "capi/monitor.hpp"
#include "capi/net_socket.hpp"

#include <librecast/net.h>
#include <librecast/sync.h>

#include <chrono>
#include <span>

namespace troupe::capi {

/// A socket and a channel of a call's own. Both go with it, whoever frees the
/// context meanwhile. One thread.
class object_channel {
public:
  /// The channel of `id`, with the context's coding and `coding`, on the
  /// context's interface. False and errno on failure; then use it no more.
  bool open(lc_ctx_t* ctx, const unsigned char* id, int coding, bool loopback);
  object_channel() = default;
  object_channel(const object_channel&) = delete;
  object_channel& operator=(const object_channel&) = delete;
  ~object_channel();

  lc_channel_t* channel() const noexcept { return channel_; }
  lc_socket_t* socket() const noexcept { return socket_; }

private:
  lc_socket_t* socket_ = nullptr;
  lc_channel_t* channel_ = nullptr;
};

/// How long to wait for an object, and what came.
struct receive_limits {
  std::uint64_t bytes = 0; ///< of the object, at most; exactly without OTI
  std::chrono::milliseconds silence{30'000};
};
struct received_object {
  blob bytes;
  std::uint64_t packets = 0;
};

/// Joins, receives one object and leaves. Joins again whenever nothing came for
/// a while: that is how an object is asked for once more. Unwinds if the thread
/// is cancelled. False and errno: ETIMEDOUT when nothing came for
/// `limits.silence`, or only useless things for ten times as long; EBADMSG for
/// a wrong key; EMSGSIZE; ECANCELED.
bool receive_object(object_channel& on, const receive_limits& limits,
                    const no_cancel& guard, received_object& out);

/// Sends an object again and again until that fails or the thread is cancelled.
/// Returns -1 with errno. `stats` may be nullptr.
ssize_t send_forever(object_channel& on, std::span<const std::byte> object,
                     lc_stat_t* stats, const no_cancel& guard);

} // namespace troupe::capi
