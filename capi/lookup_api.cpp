// SPDX-License-Identifier: BSD-3-Clause
// Finding channels and sockets again.
#include "capi/boundary.hpp"
#include "capi/net_socket.hpp"

#include <librecast/net.h>

#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

bool has_group(const channel_name& name, const in6_addr& group) {
  return std::memcmp(&name.group, &group, sizeof(group)) == 0;
}

bool has_hash(const channel_name& name, const unsigned char* hash,
              std::size_t len) {
  return std::memcmp(name.id.bytes.data(), hash, len) == 0;
}

bool is_hash(const unsigned char* hash, std::size_t len) {
  return hash != nullptr && len > 0 && len <= hash_bytes;
}

/// A handle of the context, or nullptr and ENOENT.
template <class Handle, class Is>
Handle* find_in(lc_ctx_t* ctx, Is&& is_it) {
  auto* found = ctx->rep->find<Handle>(is_it);
  return found != nullptr ? found : fail<Handle*>(ENOENT, nullptr);
}

/// A channel that is bound to the socket, or nullptr and ENOENT.
template <class Is>
lc_channel_t* find_on(lc_socket_t* sock, Is&& is_it) {
  return guarded<lc_channel_t*>(nullptr, [&]() -> lc_channel_t* {
    for (const auto& each : sock->rep->channels())
      if (auto* handle = each->handle.load();
          handle != nullptr && is_it(each->name()))
        return handle;
    return fail<lc_channel_t*>(ENOENT, nullptr);
  });
}

} // namespace

extern "C" {

lc_channel_t* lc_channel_by_address(lc_ctx_t* ctx, const in6_addr* addr) {
  if (ctx == nullptr || addr == nullptr)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return find_in<lc_channel_s>(ctx, [&](const lc_channel_s& each) {
    return has_group(each.rep->name(), *addr);
  });
}

lc_channel_t* lc_channel_by_hash(lc_ctx_t* ctx, const unsigned char* hash,
                                 std::size_t hashlen) {
  if (ctx == nullptr || !is_hash(hash, hashlen))
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return find_in<lc_channel_s>(ctx, [&](const lc_channel_s& each) {
    return has_hash(each.rep->name(), hash, hashlen);
  });
}

lc_channel_t* lc_socket_channel_by_address(lc_socket_t* sock,
                                           const in6_addr* addr) {
  if (sock == nullptr || addr == nullptr)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return find_on(sock, [&](const channel_name& name) {
    return has_group(name, *addr);
  });
}

lc_channel_t* lc_channel_socket_by_hash(lc_socket_t* sock,
                                        const unsigned char* hash,
                                        std::size_t hashlen) {
  if (sock == nullptr || !is_hash(hash, hashlen))
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return find_on(sock, [&](const channel_name& name) {
    return has_hash(name, hash, hashlen);
  });
}

lc_socket_t* lc_socket_by_fd(lc_ctx_t* ctx, int fd) {
  if (ctx == nullptr)
    return fail<lc_socket_t*>(EINVAL, nullptr);
  return find_in<lc_socket_s>(ctx, [&](const lc_socket_s& each) {
    return each.rep->wire->fd() == fd;
  });
}

} // extern "C"
