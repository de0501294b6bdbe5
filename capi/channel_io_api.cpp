// SPDX-License-Identifier: BSD-3-Clause
// Channels: sending and receiving.
#include "capi/boundary.hpp"
#include "capi/net_socket.hpp"
#include "capi/tokens.hpp"
#include "transport/packet.hpp"

#include <librecast/net.h>

#include <algorithm>
#include <array>
#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

ssize_t receive(lc_channel_t* chan, std::span<const iovec> into, int flags,
                packet_origin& what) {
  auto rep = chan->rep;
  const auto by = rep->socket();
  if (!by)
    return -1;
  return by->receive(rep, false, into, flags & ~(MSG_TRUNC | MSG_WAITALL),
                     what);
}

/// Looks at packets until one tells of an object that is still wanted.
int peek_at_object(lc_channel_t* chan, symbol_packet& found) {
  const auto rep = chan->rep;
  const auto by = rep->socket();
  if (!by)
    return -1;
  std::array<std::byte, max_packet_bytes + token_bytes + token_signature_bytes> room;
  const iovec into{room.data(), room.size()};
  for (;;) {
    packet_origin what;
    const auto bytes =
        by->wire->receive(std::span{&into, 1}, MSG_PEEK, what);
    if (bytes < 0)
      return -1;
    const auto whose = by->find(what);
    if (whose && whose != rep)
      return fail(ECHRNG, -1); // that channel has yet to receive it
    const auto length =
        std::min(static_cast<std::size_t>(bytes), room.size());
    const auto packet = whose ? rep->peek(std::span{room}.first(length))
                              : std::nullopt;
    if (packet && !rep->is_done(packet->object)) {
      found = *packet;
      return 0;
    }
    std::byte nothing;
    const iovec away{&nothing, 1};
    packet_origin dropped;
    by->wire->receive(std::span{&away, 1}, MSG_DONTWAIT, dropped);
    if (whose && !packet)
      return fail(EBADMSG, -1);
  }
}

} // namespace

extern "C" {

ssize_t lc_channel_send(lc_channel_t* chan, const void* buf, std::size_t len,
                        int flags) {
  if (chan == nullptr || (buf == nullptr && len > 0))
    return fail(EINVAL, -1);
  const iovec piece{const_cast<void*>(buf), len};
  return guarded<ssize_t>(-1, [&] {
    const auto rep = chan->rep;
    return rep->send(std::span{&piece, 1}, buf == nullptr, flags);
  });
}

ssize_t lc_channel_sendmsg(lc_channel_t* chan, msghdr* msg, int flags) {
  if (chan == nullptr || msg == nullptr ||
      (msg->msg_iov == nullptr && msg->msg_iovlen > 0))
    return fail(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    const auto rep = chan->rep;
    const std::span<const iovec> content{msg->msg_iov, msg->msg_iovlen};
    const bool next = std::all_of(
        content.begin(), content.end(),
        [](const iovec& each) { return each.iov_base == nullptr; });
    return rep->send(content, next, flags);
  });
}

ssize_t lc_channel_recv(lc_channel_t* chan, void* buf, std::size_t len,
                        int flags) {
  if (chan == nullptr || buf == nullptr || len == 0)
    return fail(EINVAL, -1);
  const iovec room{buf, len};
  return guarded<ssize_t>(-1, [&] {
    packet_origin what;
    return receive(chan, std::span{&room, 1}, flags, what);
  });
}

ssize_t lc_channel_recvmsg(lc_channel_t* chan, msghdr* msg, int flags) {
  if (chan == nullptr || msg == nullptr || msg->msg_iov == nullptr ||
      msg->msg_iovlen == 0)
    return fail(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    packet_origin what;
    const auto bytes =
        receive(chan, {msg->msg_iov, msg->msg_iovlen}, flags, what);
    if (bytes >= 0)
      describe(*msg, what);
    return bytes;
  });
}

int lc_channel_oti_peek(lc_channel_t* chan, rq_oti_t* oti,
                        rq_scheme_t* scheme) {
  if (chan == nullptr || oti == nullptr || scheme == nullptr)
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    symbol_packet found;
    if (peek_at_object(chan, found) != 0)
      return -1;
    const auto common = raptorq::encode_common_oti(*found.info);
    const auto specific = raptorq::encode_scheme_oti(*found.info);
    static_assert(sizeof(*oti) == common.size() &&
                  sizeof(*scheme) == specific.size());
    std::memcpy(oti, common.data(), common.size());
    std::memcpy(scheme, specific.data(), specific.size());
    return 0;
  });
}

} // extern "C"
