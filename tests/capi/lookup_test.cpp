// SPDX-License-Identifier: BSD-3-Clause
// Finding channels and sockets again, and what a socket says of its channels.
#include "tests/capi/channels.hpp"

#include <arpa/inet.h>

using namespace capi_test;

namespace {

/// What is not found, and why.
template <class Handle>
bool is_missing(Handle* found, int error) {
  const bool yes = found == nullptr && errno == error;
  errno = 0;
  return yes;
}

} // namespace

TEST_CASE("channels are found by their group and hash", "[capi][network]") {
  two_ends ends;
  auto* ctx = ends.ctx.get();
  lc_channel_free(ends.from); // which has the same name
  auto* other = lc_channel_new(ctx, "other");
  REQUIRE(lc_channel_bind(ends.mouth, other) == 0);
  auto* unbound = lc_channel_new(ctx, "unbound");

  for (auto* each : {ends.to, other, unbound}) {
    const auto* group = lc_channel_in6addr(each);
    const auto* hash = lc_channel_get_hash(each);
    CHECK(lc_channel_by_address(ctx, group) == each);
    CHECK(lc_channel_by_hash(ctx, hash, HASHSIZE) == each);
    CHECK(lc_channel_by_hash(ctx, hash, 14) == each);
    for (auto* sock : {ends.ear, ends.mouth}) {
      auto* on = lc_channel_socket(each) == sock ? each : nullptr;
      CHECK(lc_socket_channel_by_address(sock, group) == on);
      CHECK(lc_channel_socket_by_hash(sock, hash, HASHSIZE) == on);
      CHECK(lc_channel_socket_by_hash(sock, hash, 14) == on);
    }
  }
  const auto group = *lc_channel_in6addr(other);
  const bytes hash(lc_channel_get_hash(other),
                   lc_channel_get_hash(other) + HASHSIZE);
  auto nearly = hash;
  nearly[31] ^= 1;
  CHECK(is_missing(lc_channel_by_hash(ctx, nearly.data(), HASHSIZE), ENOENT));
  CHECK(lc_channel_by_hash(ctx, nearly.data(), 31) == other);

  REQUIRE(lc_channel_unbind(other) == 0);
  CHECK(is_missing(lc_socket_channel_by_address(ends.mouth, &group), ENOENT));
  CHECK(is_missing(
      lc_channel_socket_by_hash(ends.mouth, hash.data(), HASHSIZE), ENOENT));
  CHECK(lc_channel_by_address(ctx, &group) == other);
  lc_channel_free(other);
  CHECK(is_missing(lc_channel_by_address(ctx, &group), ENOENT));
  CHECK(is_missing(lc_channel_by_hash(ctx, hash.data(), HASHSIZE), ENOENT));
  auto elsewhere = make_context();
  CHECK(is_missing(lc_channel_by_address(elsewhere.get(),
                                         lc_channel_in6addr(ends.to)),
                   ENOENT));
}

TEST_CASE("a channel of a group is found by it", "[capi][network]") {
  auto ctx = make_context();
  in6_addr group{};
  REQUIRE(inet_pton(AF_INET6, "ff15::abc", &group) == 1);
  auto* chan = lc_channel_init_grp(ctx.get(), &group, 4300);
  CHECK(lc_channel_by_address(ctx.get(), &group) == chan);
  CHECK(lc_channel_by_hash(ctx.get(), lc_channel_get_hash(chan), HASHSIZE) ==
        chan);
  group.s6_addr[1] = 0x1e; // other flags are another group
  CHECK(lc_channel_by_address(ctx.get(), &group) == nullptr);
}

TEST_CASE("sockets are found by their descriptor", "[capi][network]") {
  two_ends ends;
  auto* ctx = ends.ctx.get();
  lc_socket_t* pair[2];
  REQUIRE(lc_socketpair(ctx, pair) == 0);
  for (auto* each : {ends.mouth, ends.ear, pair[0], pair[1]})
    CHECK(lc_socket_by_fd(ctx, lc_socket_raw(each)) == each);
  CHECK(is_missing(lc_socket_by_fd(ctx, -1), ENOENT));
  CHECK(is_missing(lc_socket_by_fd(ctx, 0), ENOENT));
  const int fd = lc_socket_raw(pair[0]);
  lc_socket_close(pair[0]);
  CHECK(is_missing(lc_socket_by_fd(ctx, fd), ENOENT));
}

TEST_CASE("looking for nothing is refused", "[capi][network]") {
  two_ends ends;
  auto* ctx = ends.ctx.get();
  const bytes hash(HASHSIZE + 1, 1);
  const in6_addr group{};
  CHECK(is_missing(lc_channel_by_address(nullptr, &group), EINVAL));
  CHECK(is_missing(lc_channel_by_address(ctx, nullptr), EINVAL));
  CHECK(is_missing(lc_socket_channel_by_address(nullptr, &group), EINVAL));
  CHECK(is_missing(lc_socket_channel_by_address(ends.ear, nullptr), EINVAL));
  CHECK(is_missing(lc_channel_by_hash(nullptr, hash.data(), 1), EINVAL));
  CHECK(is_missing(lc_channel_socket_by_hash(nullptr, hash.data(), 1),
                   EINVAL));
  for (const std::size_t length : {std::size_t{0}, hash.size()}) {
    CHECK(is_missing(lc_channel_by_hash(ctx, hash.data(), length), EINVAL));
    CHECK(is_missing(lc_channel_socket_by_hash(ends.ear, hash.data(), length),
                     EINVAL));
  }
  CHECK(is_missing(lc_channel_by_hash(ctx, nullptr, 1), EINVAL));
  CHECK(is_missing(lc_channel_socket_by_hash(ends.ear, nullptr, 1), EINVAL));
  CHECK(is_missing(lc_socket_by_fd(nullptr, 0), EINVAL));
}

TEST_CASE("the coding of a socket is that of channels bound later",
          "[capi][network]") {
  two_ends ends;
  auto* ctx = ends.ctx.get();
  const int coded = LC_CODE_FEC_RQ | LC_CODE_FEC_OTI;
  CHECK(lc_socket_coding_get(ends.ear) == LC_CODE_NONE);
  REQUIRE(lc_ctx_coding_set(ctx, LC_CODE_SYMM) == LC_CODE_SYMM);
  auto* kept = lc_channel_new(ctx, "kept");
  REQUIRE(lc_channel_bind(ends.ear, kept) == 0); // the socket says nothing
  CHECK(lc_channel_coding_get(kept) == LC_CODE_SYMM);

  for (auto* sock : {ends.ear, ends.mouth}) {
    CHECK(lc_socket_coding_set(sock, coded) == coded);
    CHECK(lc_socket_coding_get(sock) == coded);
  }
  CHECK(lc_channel_coding_get(kept) == LC_CODE_SYMM); // bound before
  auto* own = lc_channel_new(ctx, "own");
  REQUIRE(lc_channel_coding_set(own, LC_CODE_FEC_RQ) == LC_CODE_FEC_RQ);
  REQUIRE(lc_channel_bind(ends.ear, own) == 0);
  CHECK(lc_channel_coding_get(own) == LC_CODE_FEC_RQ); // its own

  auto* from = lc_channel_new(ctx, "coded");
  auto* to = lc_channel_new(ctx, "coded");
  REQUIRE(lc_channel_bind(ends.mouth, from) == 0);
  REQUIRE(lc_channel_bind(ends.ear, to) == 0);
  REQUIRE(lc_channel_join(to) == 0);
  CHECK(lc_channel_coding_get(from) == coded);
  REQUIRE(lc_channel_rq_overhead(from, 0) == 0);
  REQUIRE(lc_channel_send(from, "object", 6, 0) == 6);
  bytes wire(2000);
  REQUIRE(lc_socket_recv(ends.ear, wire.data(), wire.size(), 0) == 1072);
  bytes got(100);
  CHECK(lc_channel_recv(to, got.data(), got.size(), 0) == 6);
  CHECK(got[0] == 'o');

  CHECK(lc_socket_coding_set(ends.ear, LC_CODE_NONE) == LC_CODE_NONE);
  auto* plain = lc_channel_new(ctx, "plain");
  REQUIRE(lc_channel_bind(ends.ear, plain) == 0);
  CHECK(lc_channel_coding_get(plain) == LC_CODE_NONE); // not the context's
  CHECK(lc_channel_coding_get(nullptr) == -1);
  CHECK(lc_socket_coding_get(nullptr) == -1);
  errno = 0;
  CHECK(lc_socket_coding_set(nullptr, 0) == -1);
  CHECK(errno == EINVAL);
}

TEST_CASE("a socket keeps a set of outgoing channels", "[capi][network]") {
  auto ctx = make_context();
  lc_socket_t* pair[2];
  REQUIRE(lc_socketpair(ctx.get(), pair) == 0);
  auto* one = lc_channel_get_hash(lc_channel_new(ctx.get(), "one"));
  auto* two = lc_channel_get_hash(lc_channel_new(ctx.get(), "two"));
  const auto is_on = [](lc_socket_t* sock, const unsigned char* hash) {
    errno = 0;
    const int result = lc_socket_oil_cmp(sock, hash);
    CHECK((result == 0 || (result == -1 && errno == ENOENT)));
    return result == 0;
  };
  CHECK_FALSE(is_on(pair[0], one));
  CHECK(lc_socket_oil_add(pair[0], one) == 0);
  CHECK(lc_socket_oil_add(pair[0], one) == 0); // a set
  CHECK(is_on(pair[0], one));
  CHECK_FALSE(is_on(pair[0], two));
  CHECK_FALSE(is_on(pair[1], one)); // each socket has its own
  bytes last(two, two + HASHSIZE);
  CHECK(lc_socket_oil_add(pair[0], last.data()) == 0);
  last[31] ^= 1;
  CHECK_FALSE(is_on(pair[0], last.data())); // all bytes count
  CHECK(lc_socket_oil_del(pair[0], one) == 0);
  CHECK_FALSE(is_on(pair[0], one));
  CHECK(is_on(pair[0], two));
  errno = 0;
  CHECK(lc_socket_oil_del(pair[0], one) == -1);
  CHECK(errno == ENOENT);
  for (auto* call :
       {lc_socket_oil_add, lc_socket_oil_del, lc_socket_oil_cmp}) {
    errno = 0;
    CHECK(call(nullptr, one) == -1);
    CHECK(errno == EINVAL);
    errno = 0;
    CHECK(call(pair[0], nullptr) == -1);
    CHECK(errno == EINVAL);
  }
}
