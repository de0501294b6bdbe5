// SPDX-License-Identifier: BSD-3-Clause
// A channel that sends and one that receives, on sockets of one host.
#pragma once

#include "tests/capi/network.hpp"

#include <librecast/key.h>

#include <chrono>

namespace capi_test {

struct two_ends {
  two_ends() {
    mouth = lc_socket_new(ctx.get());
    ear = lc_socket_new(ctx.get());
    from = lc_channel_new(ctx.get(), "name");
    to = lc_channel_new(ctx.get(), "name");
    REQUIRE(mouth != nullptr);
    REQUIRE(ear != nullptr);
    REQUIRE(lc_socket_loop(mouth, 1) == 0);
    REQUIRE(lc_channel_bind(mouth, from) == 0);
    REQUIRE(lc_channel_bind(ear, to) == 0);
    REQUIRE(lc_channel_join(to) == 0);
    // A test that would hang fails instead.
    const timeval limit{10, 0};
    REQUIRE(setsockopt(lc_socket_raw(ear), SOL_SOCKET, SO_RCVTIMEO, &limit,
                       sizeof(limit)) == 0);
    for (auto* each : {from, to})
      REQUIRE(lc_channel_set_sym_key(each, key.data(), key.size()) == 0);
  }

  void set_coding(int coding) {
    for (auto* each : {from, to})
      REQUIRE(lc_channel_coding_set(each, coding) == coding);
  }
  ssize_t send(const bytes& content) {
    return lc_channel_send(from, content.data(), content.size(), 0);
  }
  ssize_t recv(bytes& into) {
    return lc_channel_recv(to, into.data(), into.size(), 0);
  }
  /// Takes away what has arrived.
  void drain() {
    unsigned char byte = 0;
    while (lc_socket_recv(ear, &byte, 1, MSG_DONTWAIT) >= 0)
      ;
  }
  /// On a socket of its own.
  lc_channel_t* another_sender() {
    auto* socket = lc_socket_new(ctx.get());
    auto* channel = lc_channel_new(ctx.get(), "name");
    REQUIRE(lc_socket_loop(socket, 1) == 0);
    REQUIRE(lc_channel_bind(socket, channel) == 0);
    return channel;
  }

  bytes key = bytes(32, 5); ///< outlives the context
  context_ptr ctx = make_context();
  lc_socket_t* mouth = nullptr;
  lc_socket_t* ear = nullptr;
  lc_channel_t* from = nullptr;
  lc_channel_t* to = nullptr;
};

} // namespace capi_test
