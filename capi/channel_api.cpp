// SPDX-License-Identifier: BSD-3-Clause
// Channels: what they are, and where they belong.
#include "capi/boundary.hpp"
#include "capi/net_socket.hpp"
#include "core/hasher.hpp"
#include "transport/group_address.hpp"

#include <librecast/net.h>

#include <algorithm>
#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

std::span<const std::byte> bytes_at(const void* data, std::size_t bytes) {
  return {static_cast<const std::byte*>(data), bytes};
}

std::uint16_t port_or_default(short port) {
  return port == 0 ? LC_DEFAULT_PORT : static_cast<std::uint16_t>(port);
}

in6_addr group_named(const hash& id, unsigned char flags) {
  in6_addr address{};
  lc_hashtoaddr(&address, reinterpret_cast<const unsigned char*>(
                              id.bytes.data()),
                hash_bytes, flags);
  return address;
}

channel_name name_from(const hash& id) {
  return {id, group_named(id, LC_DEFAULT_FLAGS), LC_DEFAULT_PORT};
}

/// A channel that is known by its group has the hash of what names it.
channel_name name_from(const in6_addr& group, std::uint16_t port,
                       hash_type type) {
  return {hash_of(type, bytes_at(group.s6_addr + 2, 14)), group, port};
}

lc_channel_t* adopt(const std::shared_ptr<context>& of, lc_ctx_t* ctx,
                    const channel_name& name) {
  auto handle = std::make_unique<lc_channel_s>(of, ctx, name);
  if (const int error = of->remember(handle.get()); error != 0)
    return fail<lc_channel_t*>(error, nullptr);
  return handle.release();
}

template <class MakeName>
lc_channel_t* make(lc_ctx_t* ctx, MakeName&& make_name) {
  if (ctx == nullptr)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return guarded<lc_channel_t*>(nullptr, [&] {
    return adopt(ctx->rep, ctx, make_name(ctx->rep->get().names()));
  });
}

template <class MakeName>
lc_channel_t* make_beside(lc_channel_t* base, MakeName&& make_name) {
  if (base == nullptr)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return guarded<lc_channel_t*>(nullptr, [&] {
    auto name = make_name(base->rep->name(), base->owner->get().names());
    name.port = base->rep->name().port;
    return adopt(base->owner, base->context_handle, name);
  });
}

} // namespace

lc_channel_s::lc_channel_s(std::shared_ptr<context> of, lc_ctx_t* ctx,
                           const channel_name& name)
    : owned_handle(std::move(of)), context_handle(ctx),
      rep(std::make_shared<channel>(*owner, name)), group(name.group),
      address(rep->address()) {
  std::memcpy(id, name.id.bytes.data(), sizeof(id));
  rep->handle = this;
}

void lc_channel_s::close(int) {
  rep->handle = nullptr;
  rep->bind(nullptr);
}

extern "C" {

lc_channel_t* lc_channel_new(lc_ctx_t* ctx, const char* name) {
  if (name == nullptr)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return make(ctx, [&](hash_type type) {
    return name_from(hash_of(type, std::string_view{name}));
  });
}

lc_channel_t* lc_channel_nnew(lc_ctx_t* ctx, const unsigned char* name,
                              std::size_t len) {
  if (name == nullptr && len > 0)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return make(ctx, [&](hash_type type) {
    return name_from(hash_of(type, bytes_at(name, len)));
  });
}

lc_channel_t* lc_channel_init(lc_ctx_t* ctx, const sockaddr_in6* sa) {
  if (sa == nullptr)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  if (sa->sin6_family != AF_INET6)
    return fail<lc_channel_t*>(EAFNOSUPPORT, nullptr);
  return make(ctx, [&](hash_type type) {
    return name_from(sa->sin6_addr,
                     port_or_default(static_cast<short>(ntohs(sa->sin6_port))),
                     type);
  });
}

lc_channel_t* lc_channel_init_grp(lc_ctx_t* ctx, const in6_addr* addr,
                                  short port) {
  if (addr == nullptr)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return make(ctx, [&](hash_type type) {
    return name_from(*addr, port_or_default(port), type);
  });
}

lc_channel_t* lc_channel_hash(lc_ctx_t* ctx, const unsigned char* hash,
                              std::size_t len, unsigned char flags,
                              short port) {
  if (hash == nullptr || len == 0)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return make(ctx, [&](hash_type) {
    channel_name name;
    std::memcpy(name.id.bytes.data(), hash, std::min(len, hash_bytes));
    name.group = group_named(name.id, flags);
    name.port = port_or_default(port);
    return name;
  });
}

lc_channel_t* lc_channel_random(lc_ctx_t* ctx) {
  hash id;
  if (lc_getrandom(id.bytes.data(), hash_bytes) == -1)
    return nullptr;
  return make(ctx, [&](hash_type) { return name_from(id); });
}

lc_channel_t* lc_channel_copy(lc_ctx_t* ctx, lc_channel_t* chan) {
  if (chan == nullptr)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return make(ctx, [&](hash_type) { return chan->rep->name(); });
}

lc_channel_t* lc_channel_sidehash(lc_channel_t* base, const unsigned char* key,
                                  std::size_t keylen) {
  if (key == nullptr && keylen > 0)
    return fail<lc_channel_t*>(EINVAL, nullptr);
  return make_beside(base, [&](const channel_name& of, hash_type type) {
    const auto secret = bytes_at(key, keylen);
    const bool keyed = type == hash_type::blake2b && keylen > 0;
    auto state = keyed ? hasher{type, secret} : hasher{type};
    state.update(of.id);
    if (!keyed)
      state.update(secret);
    const auto id = state.finish();
    return channel_name{id, group_named(id, of.group.s6_addr[1]), 0};
  });
}

lc_channel_t* lc_channel_sideband(lc_channel_t* base, std::uint64_t band) {
  return make_beside(base, [&](const channel_name& of, hash_type type) {
    auto group = of.group;
    std::memcpy(group.s6_addr + 8, &band, sizeof(band));
    return name_from(group, 0, type);
  });
}

void lc_channel_free(lc_channel_t* chan) {
  if (chan == nullptr)
    return;
  errno_keeper keep;
  const no_cancel guard;
  chan->owner->forget(chan);
  owned_handle::free(chan, EBADF);
}

lc_channel_t* lc_channel_acquire(lc_channel_t* chan) {
  return chan != nullptr && chan->life.acquire() ? chan : nullptr;
}

void lc_channel_release(lc_channel_t* chan) {
  errno_keeper keep;
  if (chan != nullptr && chan->life.drop())
    delete chan;
}

int lc_channel_bind(lc_socket_t* sock, lc_channel_t* chan) {
  if (sock == nullptr)
    return fail(EINVAL, LC_ERROR_SOCKET_REQUIRED);
  if (chan == nullptr)
    return fail(EINVAL, LC_ERROR_CHANNEL_REQUIRED);
  return guarded(int{LC_ERROR_MALLOC}, [&] {
    const auto rep = sock->rep;
    if (rep->wire->bind_port(chan->rep->name().port) != 0)
      return int{LC_ERROR_SOCKET_BIND};
    rep->add(chan->rep);
    chan->rep->bind(rep);
    return 0;
  });
}

int lc_channel_unbind(lc_channel_t* chan) {
  if (chan == nullptr)
    return fail(EINVAL, LC_ERROR_CHANNEL_REQUIRED);
  chan->rep->bind(nullptr);
  return 0;
}

int lc_channel_join(lc_channel_t* chan) {
  if (chan == nullptr)
    return fail(EINVAL, LC_ERROR_CHANNEL_REQUIRED);
  return guarded(int{LC_ERROR_MALLOC}, [&] { return chan->rep->join(); });
}

int lc_channel_part(lc_channel_t* chan) {
  if (chan == nullptr)
    return fail(EINVAL, LC_ERROR_CHANNEL_REQUIRED);
  return guarded(int{LC_ERROR_MALLOC}, [&] { return chan->rep->part(); });
}

in6_addr* lc_channel_in6addr(lc_channel_t* chan) {
  return chan == nullptr ? fail<in6_addr*>(EINVAL, nullptr) : &chan->group;
}

sockaddr_in6* lc_channel_sockaddr(lc_channel_t* chan) {
  return chan == nullptr ? fail<sockaddr_in6*>(EINVAL, nullptr)
                         : &chan->address;
}

unsigned char* lc_channel_get_hash(lc_channel_t* chan) {
  return chan == nullptr ? fail<unsigned char*>(EINVAL, nullptr) : chan->id;
}

lc_ctx_t* lc_channel_ctx(lc_channel_t* chan) {
  return chan == nullptr ? fail<lc_ctx_t*>(EINVAL, nullptr)
                         : chan->context_handle;
}

lc_socket_t* lc_channel_socket(lc_channel_t* chan) {
  if (chan == nullptr)
    return fail<lc_socket_t*>(EINVAL, nullptr);
  const auto bound = chan->rep->socket();
  return bound ? bound->handle : nullptr;
}

int lc_channel_socket_raw(lc_channel_t* chan) {
  if (chan == nullptr)
    return fail(EINVAL, -1);
  const auto bound = chan->rep->socket();
  return bound ? bound->wire->fd() : -1;
}

} // extern "C"
