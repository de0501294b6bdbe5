// SPDX-License-Identifier: BSD-3-Clause
// Receiving from a socket: for whichever channel, and many packets at once.
#include "tests/capi/channels.hpp"

#include <net/if.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <thread>

using namespace capi_test;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

int error_of(ssize_t result) { return result == -1 ? errno : 0; }

/// Room for packets, each in two pieces of four bytes.
struct many {
  static constexpr unsigned count = 8;

  many() {
    for (unsigned i = 0; i < count; ++i) {
      pieces[i] = {iovec{room[i].data(), 4}, iovec{room[i].data() + 4, 4}};
      auto& header = messages[i].msg_hdr;
      header.msg_iov = pieces[i].data();
      header.msg_iovlen = 2;
      header.msg_name = &from[i];
      header.msg_namelen = sizeof(from[i]);
    }
  }
  int recv(lc_socket_t* sock, unsigned most, int flags,
           timespec* timeout = nullptr) {
    return lc_socket_recvmmsg(sock, messages.data(), most, flags, timeout);
  }
  bytes at(unsigned i) const {
    const auto length = std::min(messages[i].msg_len, 8U);
    return {room[i].begin(), room[i].begin() + length};
  }

  std::array<std::array<unsigned char, 8>, count> room{};
  std::array<std::array<iovec, 2>, count> pieces{};
  std::array<sockaddr_in6, count> from{};
  std::array<mmsghdr, count> messages{};
};

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

} // namespace

TEST_CASE("whatever comes for a socket says which channel it is for",
          "[capi][network]") {
  two_ends ends;
  auto* other = lc_channel_new(ends.ctx.get(), "other");
  auto* other_from = lc_channel_new(ends.ctx.get(), "other");
  REQUIRE(lc_channel_bind(ends.ear, other) == 0);
  REQUIRE(lc_channel_join(other) == 0);
  REQUIRE(lc_channel_bind(ends.mouth, other_from) == 0);
  ends.set_coding(LC_CODE_FEC_RQ | LC_CODE_FEC_OTI | LC_CODE_SYMM);
  lc_channel_rq_overhead(ends.from, 0);
  const auto content = gen2(3000);
  ends.send(content);
  lc_channel_send(other_from, "plain", 5, 0);
  bytes got(4000);
  lc_channel_t* whose = nullptr;
  REQUIRE(lc_socket_multi_recv(ends.ear, got.data(), got.size(), 0, &whose) ==
          3000);
  CHECK(whose == ends.to);
  CHECK(std::equal(content.begin(), content.end(), got.begin()));
  REQUIRE(lc_socket_multi_recv(ends.ear, got.data(), got.size(), 0, &whose) ==
          5);
  CHECK(whose == other);
  CHECK(got[0] == 'p');
  lc_channel_send(other_from, "again", 5, 0);
  CHECK(lc_socket_multi_recv(ends.ear, got.data(), got.size(), 0, nullptr) ==
        5);
  lc_channel_send(other_from, "long", 4, 0);
  whose = nullptr;
  CHECK(error_of(lc_socket_multi_recv(ends.ear, got.data(), 3, 0, &whose)) ==
        EMSGSIZE);
  CHECK(whose == nullptr);
  CHECK(error_of(lc_socket_multi_recv(ends.ear, got.data(), 3, MSG_DONTWAIT,
                                      &whose)) == EAGAIN);
  CHECK(error_of(lc_socket_multi_recv(nullptr, got.data(), 3, 0, &whose)) ==
        EINVAL);
  CHECK(error_of(lc_socket_multi_recv(ends.ear, nullptr, 3, 0, &whose)) ==
        EINVAL);
}

TEST_CASE("many packets are received at once", "[capi][network]") {
  // The interface of the test makes the socket look at each packet.
  const char* name = std::getenv("TROUPE_TEST_INTERFACE");
  REQUIRE(name != nullptr);
  for (const unsigned ifx : {0U, if_nametoindex(name)}) {
    INFO("interface " << ifx);
    two_ends ends;
    for (auto* each : {ends.mouth, ends.ear})
      REQUIRE(lc_socket_bind(each, ifx) == 0);
    for (unsigned char i = 1; i <= 6; ++i)
      REQUIRE(ends.send(bytes(i, i)) == i);
    many got;
    REQUIRE(got.recv(ends.ear, 2, 0) == 2);
    CHECK(got.at(0) == bytes(1, 1));
    CHECK(got.at(1) == bytes(2, 2));
    CHECK(got.messages[0].msg_hdr.msg_namelen == sizeof(sockaddr_in6));
    CHECK(got.from[0].sin6_family == AF_INET6);
    CHECK(ntohs(got.from[0].sin6_port) == LC_DEFAULT_PORT);
    CHECK(got.messages[0].msg_hdr.msg_flags == 0);
    CHECK(got.messages[0].msg_hdr.msg_controllen == 0);
    REQUIRE(got.recv(ends.ear, many::count, MSG_DONTWAIT) == 4);
    CHECK(got.at(3) == bytes(6, 6)); // in both pieces
    CHECK(error_of(got.recv(ends.ear, many::count, MSG_DONTWAIT)) == EAGAIN);

    REQUIRE(ends.send(bytes(9, 9)) == 9);
    REQUIRE(got.recv(ends.ear, 1, 0) == 1);
    CHECK(got.messages[0].msg_len == 8); // cut
    CHECK(got.messages[0].msg_hdr.msg_flags == MSG_TRUNC);
    CHECK(got.at(0) == bytes(8, 9));
    REQUIRE(ends.send(bytes(9, 9)) == 9);
    REQUIRE(got.recv(ends.ear, 1, MSG_TRUNC) == 1);
    CHECK(got.messages[0].msg_len == 9);
    got.messages[0].msg_hdr.msg_name = nullptr;
    REQUIRE(ends.send({7}) == 1);
    REQUIRE(got.recv(ends.ear, 1, 0) == 1);
    CHECK(got.messages[0].msg_hdr.msg_namelen == 0);
  }
}

TEST_CASE("packets for another interface are passed over, in a batch too",
          "[capi][network]") {
  two_ends ends;
  REQUIRE(ends.send({1}) == 1); // by eth0
  REQUIRE(lc_socket_bind(ends.ear, if_nametoindex("lo")) == 0);
  many got;
  CHECK(error_of(got.recv(ends.ear, many::count, MSG_DONTWAIT)) == EAGAIN);
  REQUIRE(lc_socket_bind(ends.ear, 0) == 0);
  REQUIRE(ends.send({2}) == 1);
  REQUIRE(got.recv(ends.ear, many::count, MSG_DONTWAIT) == 1);
  CHECK(got.at(0) == bytes{2});
}

TEST_CASE("packets of a pair are received at once, without what names them",
          "[capi][network]") {
  auto ctx = make_context();
  lc_socket_t* pair[2];
  REQUIRE(lc_socketpair(ctx.get(), pair) == 0);
  auto* from = lc_channel_new(ctx.get(), "pair");
  REQUIRE(lc_channel_bind(pair[0], from) == 0);
  for (unsigned char i = 1; i <= 3; ++i)
    REQUIRE(lc_channel_send(from, bytes(i, i).data(), i, 0) == i);
  many got;
  REQUIRE(got.recv(pair[1], many::count, MSG_WAITFORONE) == 3);
  for (unsigned char i = 1; i <= 3; ++i)
    CHECK(got.at(i - 1U) == bytes(i, i));
  CHECK(got.messages[0].msg_hdr.msg_namelen == 0);
}

TEST_CASE("a batch ends when it is full, late, or as good as asked for",
          "[capi][network]") {
  two_ends ends;
  many got;
  timespec limit{0, 50'000'000};
  auto start = steady_clock::now();
  CHECK(error_of(got.recv(ends.ear, 2, 0, &limit)) == EAGAIN);
  CHECK(since(start) >= milliseconds{50});
  CHECK(since(start) < milliseconds{5000}); // the descriptor's is 10 s
  CHECK(limit.tv_nsec == 50'000'000);

  ends.send({1});
  start = steady_clock::now();
  CHECK(got.recv(ends.ear, 2, 0, &limit) == 1); // one came in time
  CHECK(since(start) >= milliseconds{50});

  ends.send({1});
  limit = {9, 0};
  start = steady_clock::now();
  CHECK(got.recv(ends.ear, 2, MSG_WAITFORONE, &limit) == 1);
  CHECK(since(start) < milliseconds{5000});

  limit = {0, 0};
  CHECK(error_of(got.recv(ends.ear, 2, 0, &limit)) == EAGAIN);
  ends.send({1});
  CHECK(got.recv(ends.ear, 2, 0, &limit) == 1);

  const timeval own{0, 20'000}; // what the descriptor says holds as well
  REQUIRE(setsockopt(lc_socket_raw(ends.ear), SOL_SOCKET, SO_RCVTIMEO, &own,
                     sizeof(own)) == 0);
  limit = {9, 0};
  start = steady_clock::now();
  CHECK(error_of(got.recv(ends.ear, 2, 0, &limit)) == EAGAIN);
  CHECK(since(start) < milliseconds{5000});
}

TEST_CASE("a batch waits for what is still missing", "[capi][network]") {
  two_ends ends;
  many got;
  std::atomic<int> count{0};
  ends.send({1});
  std::thread waiting{[&] { count = got.recv(ends.ear, 2, 0); }};
  usleep(50'000);
  CHECK(count == 0);
  ends.send({2});
  waiting.join();
  CHECK(count == 2);
  CHECK(got.at(1) == bytes{2});

  const timeval none{0, 0};
  setsockopt(lc_socket_raw(ends.ear), SOL_SOCKET, SO_RCVTIMEO, &none,
             sizeof(none));
  int error = 0;
  std::thread closed{[&] { error = error_of(got.recv(ends.ear, 2, 0)); }};
  usleep(50'000);
  REQUIRE(lc_socket_acquire(ends.ear) == ends.ear);
  lc_socket_close(ends.ear);
  closed.join();
  CHECK(error == EBADF);
  lc_socket_release(ends.ear);
}

TEST_CASE("a batch that makes no sense is refused", "[capi][network]") {
  two_ends ends;
  many got;
  ends.send({1});
  CHECK(error_of(got.recv(nullptr, 1, 0)) == EINVAL);
  CHECK(error_of(lc_socket_recvmmsg(ends.ear, nullptr, 1, 0, nullptr)) ==
        EINVAL);
  CHECK(got.recv(ends.ear, 0, 0) == 0);
  CHECK(error_of(got.recv(ends.ear, 1, MSG_PEEK)) == EOPNOTSUPP);
  for (timespec wrong : {timespec{-1, 0}, timespec{0, -1},
                         timespec{0, 1'000'000'000}})
    CHECK(error_of(got.recv(ends.ear, 1, 0, &wrong)) == EINVAL);
  got.messages[1].msg_hdr.msg_iov = nullptr;
  CHECK(error_of(got.recv(ends.ear, 2, 0)) == EINVAL);
  CHECK(got.recv(ends.ear, 1, 0) == 1); // it is still there
}

TEST_CASE("bytes are sent by a descriptor as they are", "[capi][network]") {
  two_ends ends;
  const int fd = lc_socket_raw(ends.mouth);
  const unsigned ifx = if_nametoindex(std::getenv("TROUPE_TEST_INTERFACE"));
  REQUIRE(lc_socket_bind(ends.mouth, ifx) == 0);
  auto* to = lc_channel_sockaddr(ends.to);
  CHECK(lc_msg_sendto(fd, "unseen", 6, to, MSG_DROP) == 6);
  CHECK(lc_msg_sendto(fd, "bytes", 5, to, 0) == 5);
  bytes got(10);
  REQUIRE(ends.recv(got) == 5);
  CHECK(got[0] == 'b');
  CHECK(lc_msg_sendto(fd, nullptr, 0, to, 0) == 0); // an empty packet
  CHECK(ends.recv(got) == 0);
  CHECK(error_of(lc_msg_sendto(fd, "x", 1, nullptr, 0)) == EINVAL);
  CHECK(error_of(lc_msg_sendto(fd, nullptr, 1, to, 0)) == EINVAL);
  CHECK(error_of(lc_msg_sendto(-1, "x", 1, to, 0)) == EBADF);
  auto four = *to;
  four.sin6_family = AF_INET;
  CHECK(error_of(lc_msg_sendto(fd, "x", 1, &four, 0)) == EAFNOSUPPORT);
  const bytes huge(70000);
  CHECK(error_of(lc_msg_sendto(fd, huge.data(), huge.size(), to, 0)) ==
        EMSGSIZE);
}
