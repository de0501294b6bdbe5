// SPDX-License-Identifier: BSD-3-Clause
// What sockets and channels refuse, and how calls that block end.
#include "tests/capi/channels.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

using namespace capi_test;
using std::chrono::steady_clock;

namespace {

int error_of(ssize_t result) { return result == -1 ? errno : 0; }

struct heard {
  std::mutex lock;
  std::vector<bytes> contents;
  std::vector<int> opcodes;
  std::atomic<int> count{0};
  lc_channel_t* chan = nullptr;
  static heard* now;
};
heard* heard::now = nullptr;

void on_message(lc_message_t* message) {
  auto& all = *heard::now;
  const std::lock_guard lock{all.lock};
  const auto* data = static_cast<const unsigned char*>(lc_msg_data(message));
  all.contents.emplace_back(data, data + message->len);
  all.opcodes.push_back(message->op);
  all.chan = message->chan;
  ++all.count;
}

void wait_for(const heard& all, int count) {
  const auto end = steady_clock::now() + std::chrono::seconds{10};
  while (all.count < count && steady_clock::now() < end)
    usleep(1000);
  REQUIRE(all.count == count);
}

} // namespace

TEST_CASE("channels and sockets refuse what makes no sense",
          "[capi][network]") {
  two_ends ends;
  bytes got(10);
  auto* unbound = lc_channel_new(ends.ctx.get(), "unbound");
  CHECK(error_of(lc_channel_recv(nullptr, got.data(), 1, 0)) == EINVAL);
  CHECK(error_of(lc_channel_recv(ends.to, nullptr, 1, 0)) == EINVAL);
  CHECK(error_of(lc_channel_recv(ends.to, got.data(), 0, 0)) == EINVAL);
  CHECK(error_of(lc_channel_recv(unbound, got.data(), 1, 0)) == ENOTSOCK);
  CHECK(error_of(lc_channel_send(nullptr, "x", 1, 0)) == EINVAL);
  CHECK(error_of(lc_channel_send(ends.from, nullptr, 1, 0)) == EINVAL);
  CHECK(error_of(lc_channel_send(unbound, "x", 1, 0)) == ENOTSOCK);
  CHECK(error_of(lc_channel_oti_peek(unbound, nullptr, nullptr)) == EINVAL);
  CHECK(error_of(lc_socket_bind(ends.ear, 99999)) == ENODEV);
  CHECK(error_of(lc_socket_send(lc_socket_new(ends.ctx.get()), "x", 1, 0)) ==
        EDESTADDRREQ);
  CHECK(lc_channel_bind(nullptr, unbound) == LC_ERROR_SOCKET_REQUIRED);
  CHECK(lc_channel_bind(ends.ear, nullptr) == LC_ERROR_CHANNEL_REQUIRED);
  CHECK(lc_channel_join(unbound) == LC_ERROR_SOCKET_REQUIRED);
  CHECK(lc_channel_join(nullptr) == LC_ERROR_CHANNEL_REQUIRED);
  CHECK(lc_channel_join(ends.to) == LC_ERROR_MCAST_JOIN); // a second time
  CHECK(lc_channel_part(ends.to) == 0);
  CHECK(lc_channel_part(ends.to) == LC_ERROR_MCAST_PART);
  CHECK(lc_channel_socket(unbound) == nullptr);
  CHECK(lc_channel_in6addr(nullptr) == nullptr);
  CHECK(errno == EINVAL);
  CHECK(lc_socket_new(nullptr) == nullptr);
  CHECK(lc_channel_new(nullptr, "x") == nullptr);
  CHECK(lc_channel_new(ends.ctx.get(), nullptr) == nullptr);
  CHECK(lc_channel_nnew(ends.ctx.get(), nullptr, 1) == nullptr);
  CHECK(lc_channel_init(ends.ctx.get(), nullptr) == nullptr);
  sockaddr_in6 four{};
  four.sin6_family = AF_INET;
  CHECK(lc_channel_init(ends.ctx.get(), &four) == nullptr);
  CHECK(errno == EAFNOSUPPORT);
  auto* elsewhere = lc_channel_hash(ends.ctx.get(),
                                    lc_channel_get_hash(unbound), HASHSIZE,
                                    LC_DEFAULT_FLAGS, 4243);
  CHECK(lc_channel_bind(ends.ear, elsewhere) == LC_ERROR_SOCKET_BIND);
  CHECK(errno == EINVAL); // the socket has another port
}

TEST_CASE("what does not fit is an error, not cut", "[capi][network]") {
  two_ends ends;
  bytes got(3);
  ends.send(bytes(4));
  CHECK(error_of(ends.recv(got)) == EMSGSIZE);
  lc_channel_rq_overhead(ends.from, 0);
  for (const int coding : {LC_CODE_SYMM + 0,
                           LC_CODE_FEC_RQ | LC_CODE_FEC_OTI}) {
    ends.set_coding(coding);
    ends.send(bytes(4));
    CHECK(error_of(ends.recv(got)) == EMSGSIZE);
  }
}

TEST_CASE("coding needs what it works with", "[capi][network]") {
  two_ends ends;
  bytes got(10);
  ends.set_coding(LC_CODE_FEC_RQ);
  CHECK(error_of(lc_channel_send(ends.from, nullptr, 0, 0)) == EINVAL);
  CHECK(error_of(lc_channel_send(ends.from, "", 0, 0)) == EINVAL);
  CHECK(error_of(lc_channel_recv(ends.to, got.data(), 10, MSG_PEEK)) ==
        EOPNOTSUPP);
  ends.set_coding(LC_CODE_SYMM);
  lc_channel_set_sym_key(ends.from, ends.key.data(), 31);
  CHECK(error_of(ends.send({1})) == EINVAL);
  lc_channel_set_sym_key(ends.from, nullptr, 0);
  CHECK(error_of(ends.send({1})) == EINVAL);
  CHECK(lc_channel_setkey(ends.from, nullptr, LC_CODE_SYMM) == -1);
  lc_key_t key{ends.key.data(), 32};
  CHECK(lc_channel_setkey(ends.from, &key, 77) == -1);
  CHECK(errno == EINVAL);
  CHECK(lc_channel_setkey(ends.from, &key, LC_CODE_PUBK) == 0);
  lc_key_t back{};
  CHECK(lc_channel_getkey(ends.from, &back, LC_CODE_PUBK) == 0);
  CHECK(back.key == ends.key.data());
  CHECK(back.keylen == 32);
}

TEST_CASE("packets of other lengths and makes are passed over",
          "[capi][network]") {
  two_ends ends;
  auto* raw = ends.another_sender(); // without coding: any bytes
  ends.set_coding(LC_CODE_FEC_RQ | LC_CODE_FEC_OTI);
  lc_channel_rq_overhead(ends.from, 0);
  for (const std::size_t length : {0, 1, 35, 36, 1059, 1061, 1071, 1073, 1400})
    REQUIRE(lc_channel_send(raw, gen2(length).data(), length, 0) >= 0);
  bytes forged(1072); // F = 0; then T = 7; then Z = 3
  lc_channel_send(raw, forged.data(), forged.size(), 0);
  forged[36] = 9;
  forged[39] = 7;
  lc_channel_send(raw, forged.data(), forged.size(), 0);
  forged[38] = 4, forged[39] = 0, forged[40] = 3, forged[42] = 1,
  forged[43] = 4;
  lc_channel_send(raw, forged.data(), forged.size(), 0);
  const auto content = gen2(5000);
  ends.send(content);
  bytes got(5000);
  REQUIRE(ends.recv(got) == 5000);
  CHECK(got == content);
}

TEST_CASE("waiting ends as the descriptor says", "[capi][network]") {
  two_ends ends;
  bytes got(10);
  CHECK(error_of(lc_channel_recv(ends.to, got.data(), 10, MSG_DONTWAIT)) ==
        EAGAIN);
  const timeval limit{0, 20000};
  setsockopt(lc_socket_raw(ends.ear), SOL_SOCKET, SO_RCVTIMEO, &limit,
             sizeof(limit));
  CHECK(error_of(ends.recv(got)) == EAGAIN);
  const timeval none{0, 0};
  setsockopt(lc_socket_raw(ends.ear), SOL_SOCKET, SO_RCVTIMEO, &none,
             sizeof(none));
  fcntl(lc_socket_raw(ends.ear), F_SETFL, O_NONBLOCK);
  CHECK(error_of(ends.recv(got)) == EAGAIN);
}

TEST_CASE("closing a socket ends calls that wait on it", "[capi][network]") {
  for (const bool whole_context : {false, true}) {
    two_ends ends;
    const timeval none{0, 0};
    setsockopt(lc_socket_raw(ends.ear), SOL_SOCKET, SO_RCVTIMEO, &none,
               sizeof(none));
    std::atomic<int> started{0};
    int error = 0;
    std::thread waiting{[&] {
      bytes got(10);
      ++started;
      error = error_of(lc_channel_recv(ends.to, got.data(), 10, 0));
    }};
    while (started == 0)
      usleep(1000);
    usleep(50000);
    if (whole_context)
      ends.ctx.reset();
    else
      lc_socket_close(ends.ear);
    waiting.join();
    CHECK(error == (whole_context ? ECANCELED : EBADF));
    if (!whole_context) {
      CHECK(lc_channel_socket(ends.to) == nullptr);
      bytes got(10);
      CHECK(error_of(ends.recv(got)) == ENOTSOCK);
    }
  }
}

TEST_CASE("a thread can be cancelled while it receives", "[capi][network]") {
#ifdef __SANITIZE_ADDRESS__
  WARN("skipped: AddressSanitizer takes the unwinding of a cancelled thread for"
       " a fault");
  return;
#endif
  two_ends ends;
  static std::atomic<int> cleaned;
  cleaned = 0;
  pthread_t thread;
  const auto body = [](void* arg) -> void* {
    auto* both = static_cast<two_ends*>(arg);
    unsigned char got[10];
    pthread_cleanup_push([](void*) { ++cleaned; }, nullptr);
    const timeval none{0, 0};
    setsockopt(lc_socket_raw(both->ear), SOL_SOCKET, SO_RCVTIMEO, &none,
               sizeof(none));
    lc_channel_recv(both->to, got, sizeof(got), 0);
    pthread_cleanup_pop(0);
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, nullptr, body, &ends) == 0);
  usleep(50000);
  REQUIRE(pthread_cancel(thread) == 0);
  void* result = nullptr;
  REQUIRE(pthread_join(thread, &result) == 0);
  CHECK(result == PTHREAD_CANCELED);
  CHECK(cleaned == 1);
  bytes got(10);
  ends.send({1}); // the channel is as good as before
  CHECK(ends.recv(got) == 1);
}

TEST_CASE("messages arrive with what their head says", "[capi][network]") {
  two_ends ends;
  lc_message_t sent;
  char text[] = "hello";
  REQUIRE(lc_msg_init_data(&sent, text, 5, nullptr, nullptr) == 0);
  lc_opcode_t op = LC_OP_SET;
  REQUIRE(lc_msg_set(&sent, LC_ATTR_OPCODE, &op) == 0);
  CHECK(lc_msg_send(ends.from, &sent) == 33 + 5);
  CHECK(lc_msg_send(ends.from, &sent) == 33 + 5);
  for (lc_seq_t number : {1, 2}) {
    lc_message_t got;
    lc_msg_init(&got);
    REQUIRE(lc_msg_recv(ends.ear, &got) == 33 + 5);
    CHECK(got.len == 5);
    CHECK(std::memcmp(lc_msg_data(&got), text, 5) == 0);
    CHECK(got.seq == number);
    CHECK(got.op == LC_OP_SET);
    CHECK(got.bytes == 38);
    CHECK(got.chan == ends.to);
    CHECK(got.timestamp > 0);
    CHECK(std::memcmp(&got.dst, lc_channel_in6addr(ends.to), 16) == 0);
    CHECK(std::string{got.dstaddr}.substr(0, 4) == "ff1e");
    unsigned char one[32], two[32];
    CHECK(lc_msg_id(&got, one, 32) == 0);
    got.seq += 1;
    CHECK(lc_msg_id(&got, two, 32) == 0);
    CHECK(std::memcmp(one, two, 32) != 0);
    lc_msg_free(&got);
    CHECK(lc_msg_data(&got) == nullptr);
  }
  bytes wire(50); // the head is big endian
  lc_msg_send(ends.from, &sent);
  REQUIRE(lc_socket_recv(ends.ear, wire.data(), wire.size(), 0) == 38);
  CHECK(wire[15] == 3); // seq
  CHECK(wire[24] == LC_OP_SET);
  CHECK(wire[32] == 5); // len
  ends.send({1, 2, 3}); // no message
  lc_message_t got;
  CHECK(error_of(lc_msg_recv(ends.ear, &got)) == EBADMSG);
  CHECK(error_of(lc_msg_recv(nullptr, &got)) == EINVAL);
  CHECK(error_of(lc_msg_send(ends.from, nullptr)) == EINVAL);
}

TEST_CASE("a listener hands messages on and answers pings",
          "[capi][network]") {
  two_ends ends;
  REQUIRE(lc_channel_join(ends.from) == 0); // to hear the answer
  REQUIRE(lc_socket_loop(ends.ear, 1) == 0);
  heard all;
  heard::now = &all;
  REQUIRE(lc_socket_listen(ends.ear, on_message, nullptr) == 0);
  CHECK(lc_socket_listen(ends.ear, on_message, nullptr) ==
        LC_ERROR_SOCKET_LISTENING);
  lc_message_t message;
  char text[] = "listen";
  lc_msg_init_data(&message, text, 6, nullptr, nullptr);
  lc_msg_send(ends.from, &message);
  wait_for(all, 1);
  CHECK(all.contents[0] == bytes(text, text + 6));
  CHECK(all.chan == ends.to);
  ends.send({0}); // no message: passed over
  message.op = LC_OP_PING;
  lc_msg_send(ends.from, &message);
  lc_message_t answer; // comes among what was sent, which is heard here, too
  const timeval limit{10, 0};
  setsockopt(lc_socket_raw(ends.mouth), SOL_SOCKET, SO_RCVTIMEO, &limit,
             sizeof(limit));
  for (bool answered = false; !answered;) {
    const auto got = lc_msg_recv(ends.mouth, &answer);
    REQUIRE((got > 0 || errno == EBADMSG));
    answered = got > 0 && answer.op == LC_OP_PONG;
    if (answered)
      CHECK(answer.len == 6);
    if (got > 0)
      lc_msg_free(&answer);
  }
  CHECK(lc_socket_listen_cancel(ends.ear) == 0);
  CHECK(lc_socket_listen_cancel(ends.ear) == 0); // nothing to end
  const int before = all.count;
  lc_msg_send(ends.from, &message);
  usleep(50000);
  CHECK(all.count == before);
  CHECK(lc_socket_listen(ends.ear, on_message, nullptr) == 0); // again
  ends.ctx.reset(); // ends it
}

TEST_CASE("a handle that was acquired outlives its end", "[capi][network]") {
  two_ends ends;
  CHECK(lc_socket_acquire(nullptr) == nullptr);
  CHECK(lc_channel_acquire(nullptr) == nullptr);
  CHECK(lc_ctx_acquire(nullptr) == nullptr);
  CHECK(lc_share_acquire(nullptr) == nullptr);
  REQUIRE(lc_socket_acquire(ends.ear) == ends.ear);
  REQUIRE(lc_channel_acquire(ends.to) == ends.to);
  auto* ctx = ends.ctx.get();
  REQUIRE(lc_ctx_acquire(ctx) == ctx);
  ends.ctx.reset();
  CHECK(lc_socket_acquire(ends.ear) == nullptr);
  CHECK(lc_channel_acquire(ends.to) == nullptr);
  CHECK(lc_ctx_acquire(ctx) == nullptr);
  unsigned char got[1];
  CHECK(error_of(lc_channel_recv(ends.to, got, 1, 0)) == ENOTSOCK);
  CHECK(error_of(lc_socket_recv(ends.ear, got, 1, 0)) == ECANCELED);
  CHECK(lc_socket_new(ctx) == nullptr);
  CHECK(errno == ECANCELED);
  errno = EDOM;
  lc_channel_release(ends.to);
  lc_socket_release(ends.ear);
  lc_ctx_release(ctx);
  CHECK(errno == EDOM);
}
