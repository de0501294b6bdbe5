// SPDX-License-Identifier: BSD-3-Clause
// Sockets: what they are, and how they listen.
#include "capi/boundary.hpp"
#include "capi/net_socket.hpp"

#include <librecast/net.h>

#include <algorithm>

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

} // extern "C"
