// SPDX-License-Identifier: BSD-3-Clause
// Sockets: how their channels encode, and which channels they lead out to.
#include "capi/boundary.hpp"
#include "capi/net_socket.hpp"

#include <librecast/net.h>

#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

/// Runs `use` with the outgoing list of the socket and the hash. It returns
/// whether the hash is, or was, there.
template <class Use>
int with_outgoing(lc_socket_t* sock, const unsigned char* id, Use&& use) {
  if (sock == nullptr || id == nullptr)
    return fail(EINVAL, -1);
  hash channel;
  std::memcpy(channel.bytes.data(), id, hash_bytes);
  return guarded(-1, [&] {
    const bool there = sock->rep->with_outgoing(
        [&](std::set<hash>& list) { return use(list, channel); });
    return there ? 0 : fail(ENOENT, -1);
  });
}

} // namespace

extern "C" {

int lc_socket_coding_set(lc_socket_t* sock, int coding) {
  if (sock == nullptr)
    return fail(EINVAL, -1);
  sock->rep->set_coding(coding);
  return coding;
}

int lc_socket_coding_get(lc_socket_t* sock) {
  if (sock == nullptr)
    return fail(EINVAL, -1);
  return sock->rep->coding().value_or(LC_CODE_NONE);
}

int lc_socket_oil_add(lc_socket_t* sock, const unsigned char* hash) {
  return with_outgoing(sock, hash, [](auto& list, const auto& channel) {
    list.insert(channel);
    return true;
  });
}

int lc_socket_oil_del(lc_socket_t* sock, const unsigned char* hash) {
  return with_outgoing(sock, hash, [](auto& list, const auto& channel) {
    return list.erase(channel) > 0;
  });
}

int lc_socket_oil_cmp(lc_socket_t* sock, const unsigned char* hash) {
  return with_outgoing(sock, hash, [](auto& list, const auto& channel) {
    return list.count(channel) > 0;
  });
}

} // extern "C"
