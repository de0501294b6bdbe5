// SPDX-License-Identifier: BSD-3-Clause
// Sockets: sending and receiving.
#include "capi/boundary.hpp"
#include "capi/net_socket.hpp"

#include <librecast/net.h>

#include <sys/uio.h>

#include <algorithm>
#include <optional>

using namespace troupe;
using namespace troupe::capi;

namespace {

ssize_t receive_raw(lc_socket_t* sock, std::span<const iovec> into, int flags,
                    packet_origin& what) {
  const auto rep = sock->rep;
  const auto bytes =
      rep->wire->receive(into, flags & ~(MSG_TRUNC | MSG_WAITALL), what);
  if (bytes < 0)
    return -1;
  const bool whole = (flags & MSG_TRUNC) != 0;
  return whole ? bytes : std::min(bytes, static_cast<ssize_t>(room_of(into)));
}

/// Sends on every bound channel; the sum, or -1 with the first error.
ssize_t send_to_all(lc_socket_t* sock, std::span<const iovec> content,
                    bool next, int flags) {
  const auto bound = sock->rep->channels();
  if (bound.empty())
    return fail(EDESTADDRREQ, -1);
  ssize_t sum = 0;
  for (const auto& each : bound) {
    const auto sent = each->send(content, next, flags);
    if (sent < 0)
      return -1;
    sum += sent;
  }
  return sum;
}

bool is_valid(const msghdr* message) {
  return message != nullptr &&
         (message->msg_iov != nullptr || message->msg_iovlen == 0);
}

std::span<const iovec> pieces_of(const msghdr& message) {
  return {message.msg_iov, message.msg_iovlen};
}

/// As recvmmsg(2) has it.
constexpr unsigned most_packets = UIO_MAXIOV;

bool is_valid(const timespec& duration) {
  return duration.tv_sec >= 0 && duration.tv_nsec >= 0 &&
         duration.tv_nsec < 1'000'000'000;
}

/// nullopt, for ever, for a NULL and for more than thirty years.
std::optional<std::chrono::nanoseconds> duration_of(const timespec* timeout) {
  if (timeout == nullptr || timeout->tv_sec > 1'000'000'000)
    return std::nullopt;
  return std::chrono::seconds{timeout->tv_sec} +
         std::chrono::nanoseconds{timeout->tv_nsec};
}

} // namespace

extern "C" {

ssize_t lc_socket_send(lc_socket_t* sock, const void* buf, std::size_t len,
                       int flags) {
  if (sock == nullptr || (buf == nullptr && len > 0))
    return fail(EINVAL, -1);
  const iovec piece{const_cast<void*>(buf), len};
  return guarded<ssize_t>(-1, [&] {
    return send_to_all(sock, std::span{&piece, 1}, buf == nullptr, flags);
  });
}

ssize_t lc_socket_sendmsg(lc_socket_t* sock, msghdr* msg, int flags) {
  if (sock == nullptr || !is_valid(msg))
    return fail(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    const auto content = pieces_of(*msg);
    return send_to_all(sock, content, content.empty(), flags);
  });
}

ssize_t lc_socket_recv(lc_socket_t* sock, void* buf, std::size_t len,
                       int flags) {
  if (sock == nullptr || (buf == nullptr && len > 0))
    return fail(EINVAL, -1);
  const iovec room{buf, len};
  return guarded<ssize_t>(-1, [&] {
    packet_origin what;
    return receive_raw(sock, std::span{&room, 1}, flags, what);
  });
}

ssize_t lc_socket_recvmsg(lc_socket_t* sock, msghdr* msg, int flags) {
  if (sock == nullptr || !is_valid(msg))
    return fail(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    packet_origin what;
    const auto bytes = receive_raw(sock, pieces_of(*msg), flags, what);
    if (bytes >= 0)
      describe(*msg, what);
    return bytes;
  });
}

ssize_t lc_socket_multi_recvmsg(lc_socket_t* sock, msghdr* msg, int flags,
                                lc_channel_t** chan) {
  if (sock == nullptr || !is_valid(msg))
    return fail(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    const auto rep = sock->rep;
    packet_origin what;
    std::shared_ptr<channel> whose;
    const auto bytes = rep->receive(whose, true, pieces_of(*msg),
                                    flags & ~(MSG_TRUNC | MSG_WAITALL), what);
    if (bytes < 0)
      return bytes;
    describe(*msg, what);
    if (chan != nullptr)
      *chan = whose->handle;
    return bytes;
  });
}

ssize_t lc_socket_multi_recv(lc_socket_t* sock, void* buf, std::size_t len,
                             int flags, lc_channel_t** dst) {
  if (buf == nullptr && len > 0)
    return fail(EINVAL, -1);
  iovec room{buf, len};
  msghdr message{};
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  return lc_socket_multi_recvmsg(sock, &message, flags, dst);
}

int lc_socket_recvmmsg(lc_socket_t* sock, mmsghdr* msgvec, unsigned int vlen,
                       int flags, timespec* timeout) {
  if (sock == nullptr || (msgvec == nullptr && vlen > 0) ||
      (timeout != nullptr && !is_valid(*timeout)))
    return fail(EINVAL, -1);
  if ((flags & MSG_PEEK) != 0)
    return fail(EOPNOTSUPP, -1); // each would be the same packet
  const std::span<mmsghdr> into{msgvec, std::min(vlen, most_packets)};
  for (const auto& each : into)
    if (!is_valid(&each.msg_hdr))
      return fail(EINVAL, -1);
  return guarded(-1, [&] {
    const auto rep = sock->rep;
    return rep->wire->receive_many(into, flags, duration_of(timeout));
  });
}

} // extern "C"
