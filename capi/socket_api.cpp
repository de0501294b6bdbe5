// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/net_socket.hpp"

#include <librecast/net.h>

#include <algorithm>
#include <cstring>
#include <numeric>

using namespace troupe;
using namespace troupe::capi;

namespace {

/// Makes the handle of a socket that its context knows of.
lc_socket_t* adopt(lc_ctx_t* ctx, std::shared_ptr<wire_socket> by) {
  if (!by)
    return nullptr; // errno says why
  auto handle =
      std::make_unique<lc_socket_s>(ctx->rep, ctx, std::move(by));
  if (const int error = ctx->rep->remember(handle.get()); error != 0)
    return fail<lc_socket_t*>(error, nullptr);
  return handle.release();
}

ssize_t receive_raw(lc_socket_t* sock, std::span<const iovec> into, int flags,
                    packet_origin& what) {
  const auto rep = sock->rep;
  const auto bytes =
      rep->wire->receive(into, flags & ~(MSG_TRUNC | MSG_WAITALL), what);
  if (bytes < 0)
    return -1;
  std::uint64_t room = 0;
  for (const auto& each : into)
    room += each.iov_len;
  const bool whole = (flags & MSG_TRUNC) != 0;
  return whole ? bytes : std::min(bytes, static_cast<ssize_t>(room));
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

} // namespace

extern "C" {

lc_socket_t* lc_socket_new(lc_ctx_t* ctx) {
  if (ctx == nullptr)
    return fail<lc_socket_t*>(EINVAL, nullptr);
  return guarded<lc_socket_t*>(nullptr, [&] {
    const no_cancel guard;
    return adopt(ctx, wire_socket::open(ctx->rep->get().interface_index));
  });
}

int lc_socketpair(lc_ctx_t* ctx, lc_socket_t* sock[2]) {
  if (ctx == nullptr || sock == nullptr)
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    std::shared_ptr<wire_socket> ends[2];
    if (!wire_socket::open_pair(ends))
      return -1;
    lc_socket_t* made[2] = {adopt(ctx, std::move(ends[0])), nullptr};
    if (made[0] == nullptr)
      return -1;
    made[1] = guarded<lc_socket_t*>(
        nullptr, [&] { return adopt(ctx, std::move(ends[1])); });
    if (made[1] == nullptr) {
      lc_socket_close(made[0]);
      return -1;
    }
    std::copy_n(made, 2, sock);
    return 0;
  });
}

void lc_socket_close(lc_socket_t* sock) {
  if (sock == nullptr)
    return;
  errno_keeper keep;
  const no_cancel guard;
  sock->owner->forget(sock);
  owned_handle::free(sock, EBADF);
}

lc_socket_t* lc_socket_acquire(lc_socket_t* sock) {
  return sock != nullptr && sock->life.acquire() ? sock : nullptr;
}

void lc_socket_release(lc_socket_t* sock) {
  errno_keeper keep;
  if (sock != nullptr && sock->life.drop())
    delete sock;
}

int lc_socket_bind(lc_socket_t* sock, unsigned int ifx) {
  if (sock == nullptr)
    return fail(EINVAL, -1);
  return sock->rep->wire->bind_interface(ifx);
}

int lc_socket_loop(lc_socket_t* sock, int val) {
  val = val != 0 ? 1 : 0;
  return lc_socket_setopt(sock, IPV6_MULTICAST_LOOP, &val, sizeof(val));
}

int lc_socket_ttl(lc_socket_t* sock, int val) {
  return lc_socket_setopt(sock, IPV6_MULTICAST_HOPS, &val, sizeof(val));
}

int lc_socket_raw(lc_socket_t* sock) {
  return sock == nullptr ? fail(EINVAL, -1) : sock->rep->wire->fd();
}

lc_ctx_t* lc_socket_ctx(lc_socket_t* sock) {
  return sock == nullptr ? fail<lc_ctx_t*>(EINVAL, nullptr)
                         : sock->context_handle;
}

int lc_socket_setopt(lc_socket_t* sock, int optname, const void* optval,
                     socklen_t optlen) {
  if (sock == nullptr)
    return fail(EINVAL, -1);
  return ::setsockopt(sock->rep->wire->fd(), IPPROTO_IPV6, optname, optval,
                      optlen);
}

int lc_socket_getopt(lc_socket_t* sock, int optname, void* optval,
                     socklen_t* optlen) {
  if (sock == nullptr)
    return fail(EINVAL, -1);
  return ::getsockopt(sock->rep->wire->fd(), IPPROTO_IPV6, optname, optval,
                      optlen);
}

int lc_socket_listen(lc_socket_t* sock, void (*callback_msg)(lc_message_t*),
                     void (*callback_err)(int)) {
  if (sock == nullptr)
    return fail(EINVAL, LC_ERROR_SOCKET_REQUIRED);
  const int failed = guarded(int{LC_ERROR_FAILURE}, [&] {
    const no_cancel guard;
    sock->owner->has_threads();
    const int error = sock->rep->listen(callback_msg, callback_err);
    return error == 0 ? 0 : fail(error, int{LC_ERROR_SOCKET_LISTENING});
  });
  return failed;
}

int lc_socket_listen_cancel(lc_socket_t* sock) {
  if (sock == nullptr)
    return fail(EINVAL, LC_ERROR_SOCKET_REQUIRED);
  const no_cancel guard;
  const auto rep = sock->rep;
  rep->stop_listening();
  return 0;
}

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

} // extern "C"
