// SPDX-License-Identifier: BSD-3-Clause
// Channels and sockets on one host, whose sockets hear each other.
#include "tests/capi/channels.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <thread>

using namespace capi_test;

namespace {

/// A packet as it is on the wire.
bytes next_packet(lc_socket_t* sock) {
  bytes packet(2000);
  pollfd ready{lc_socket_raw(sock), POLLIN, 0};
  if (poll(&ready, 1, 500) != 1)
    return {};
  const auto got = lc_socket_recv(sock, packet.data(), packet.size(), 0);
  REQUIRE(got >= 0);
  packet.resize(static_cast<std::size_t>(got));
  return packet;
}

} // namespace

TEST_CASE("a plain packet arrives as it was sent", "[capi][network]") {
  two_ends ends;
  const bytes content{1, 2, 3, 4, 5};
  CHECK(ends.send(content) == 5);
  bytes got(10);
  CHECK(ends.recv(got) == 5);
  got.resize(5);
  CHECK(got == content);
  CHECK(lc_channel_send(ends.from, nullptr, 0, 0) == 0); // an empty packet
  got.resize(10);
  CHECK(ends.recv(got) == 0);
}

TEST_CASE("an object arrives whole with every coding", "[capi][network]") {
  const int codings[] = {LC_CODE_NONE,
                         LC_CODE_SYMM,
                         LC_CODE_FEC_RQ,
                         LC_CODE_FEC_RQ | LC_CODE_FEC_OTI,
                         LC_CODE_FEC_RQ | LC_CODE_FEC_RAND,
                         LC_CODE_FEC_RQ | LC_CODE_SYMM,
                         LC_CODE_FEC_RQ | LC_CODE_FEC_OTI | LC_CODE_SYMM,
                         LC_CODE_FEC_RQ | LC_CODE_FEC_OTI | LC_CODE_FEC_RAND |
                             LC_CODE_SYMM};
  for (const int coding : codings)
    for (const std::size_t length : {1, 1000, 1024, 1025, 20000, 300000}) {
      if ((coding & LC_CODE_FEC_RQ) == 0 && length > 1300)
        continue;
      INFO("coding " << coding << ", " << length << " bytes");
      two_ends ends;
      ends.set_coding(coding);
      const auto content = gen2(length);
      REQUIRE(lc_channel_rq_overhead(ends.from, 5) == 5);
      REQUIRE(ends.send(content) == static_cast<ssize_t>(length));
      bytes got(length + ((coding & LC_CODE_FEC_OTI) != 0 ? 7 : 0));
      REQUIRE(ends.recv(got) == static_cast<ssize_t>(length));
      got.resize(length);
      CHECK(got == content);
    }
}

TEST_CASE("packets on the wire have the layout of librecast",
          "[capi][network]") {
  two_ends ends;
  const auto content = gen2(2000);
  bytes id(HASHSIZE);
  hash_generic(id.data(), id.size(), content.data(), content.size());
  const auto is_at = [](const bytes& packet, std::size_t at,
                        const bytes& wanted) {
    return std::equal(wanted.begin(), wanted.end(), packet.begin() + at);
  };

  ends.set_coding(LC_CODE_FEC_RQ);
  CHECK(ends.send(content) == 1028);
  auto packet = next_packet(ends.ear);
  REQUIRE(packet.size() == 1060);
  CHECK(is_at(packet, 0, id));
  CHECK(is_at(packet, 32, {0, 0, 0, 0}));
  CHECK(is_at(packet, 36, bytes(content.begin(), content.begin() + 1024)));

  ends.set_coding(LC_CODE_FEC_RQ | LC_CODE_FEC_OTI);
  CHECK(ends.send(content) == 1028);
  packet = next_packet(ends.ear);
  REQUIRE(packet.size() == 1072);
  CHECK(is_at(packet, 0, id));
  // F = 2000, T = 1024, Z = 1, N = 1, Al = 4, block 0, symbol 0
  CHECK(is_at(packet, 32, {0, 0, 0, 0x07, 0xd0, 0, 4, 0, 1, 0, 1, 4, 0, 0, 0,
                           0}));
  CHECK(lc_channel_send(ends.from, nullptr, 0, 0) == 1028);
  packet = next_packet(ends.ear);
  CHECK(is_at(packet, 44, {0, 0, 0, 1})); // the second source symbol
  bytes second(content.begin() + 1024, content.end());
  second.resize(1024);
  CHECK(is_at(packet, 48, second));

  ends.set_coding(LC_CODE_SYMM);
  CHECK(ends.send({1, 2, 3}) == 3);
  CHECK(next_packet(ends.ear).size() == 3 + 40);
}

TEST_CASE("symbols that are dropped are counted but not sent",
          "[capi][network]") {
  two_ends ends;
  ends.set_coding(LC_CODE_FEC_RQ);
  const auto content = gen2(20000); // K = 20
  REQUIRE(lc_channel_send(ends.from, content.data(), content.size(),
                          MSG_DROP) == 1028);
  for (int i = 1; i < 20; ++i)
    REQUIRE(lc_channel_send(ends.from, nullptr, 0, i % 3 == 0 ? MSG_DROP : 0) ==
            1028);
  bytes got(content.size());
  CHECK(lc_channel_recv(ends.to, got.data(), got.size(), MSG_DONTWAIT) == -1);
  CHECK(errno == EAGAIN);
  for (int i = 0; i < 10; ++i) // repair symbols in the place of seven
    REQUIRE(lc_channel_send(ends.from, nullptr, 0, 0) == 1028);
  REQUIRE(ends.recv(got) == static_cast<ssize_t>(content.size()));
  CHECK(got == content);
  CHECK(rq_K(lc_channel_rq(ends.from)) == 20);
  CHECK(rq_F(lc_channel_rq(ends.to)) == 20000);
}

TEST_CASE("two objects whose symbols alternate both arrive",
          "[capi][network]") {
  two_ends ends;
  ends.set_coding(LC_CODE_FEC_RQ | LC_CODE_FEC_OTI);
  auto* other = ends.another_sender();
  lc_channel_coding_set(other, LC_CODE_FEC_RQ | LC_CODE_FEC_OTI);
  const auto one = gen2(5000);
  const auto two = bytes(5000, 'x');
  lc_channel_send(ends.from, one.data(), one.size(), 0);
  lc_channel_send(other, two.data(), two.size(), 0);
  for (int i = 0; i < 10; ++i)
    for (auto* from : {ends.from, other})
      REQUIRE(lc_channel_send(from, nullptr, 0, 0) == 1028);
  bytes got(5000);
  REQUIRE(ends.recv(got) == 5000);
  CHECK(got == one);
  REQUIRE(ends.recv(got) == 5000);
  CHECK(got == two);
}

TEST_CASE("any 32 bytes can be the id of an object", "[capi][network]") {
  two_ends ends;
  auto* raw = ends.another_sender();
  ends.set_coding(LC_CODE_FEC_RQ | LC_CODE_FEC_OTI);
  bytes packet(1072); // an id of zeros
  packet[36] = 3;     // F
  packet[38] = 4;     // T = 1024
  packet[40] = 1, packet[42] = 1, packet[43] = 4;
  packet[48] = 'a', packet[49] = 'b', packet[50] = 'c';
  REQUIRE(lc_channel_send(raw, packet.data(), packet.size(), 0) == 1072);
  bytes got(10);
  REQUIRE(ends.recv(got) == 3);
  CHECK(got[2] == 'c');
}

TEST_CASE("transmissions of an encrypted object are not mixed",
          "[capi][network]") {
  two_ends ends;
  ends.set_coding(LC_CODE_FEC_RQ | LC_CODE_SYMM);
  const auto content = gen2(20000); // K = 20 encrypted
  // The second half of one transmission ...
  lc_channel_send(ends.from, content.data(), content.size(), MSG_DROP);
  for (int i = 1; i < 20; ++i)
    lc_channel_send(ends.from, nullptr, 0, i < 10 ? MSG_DROP : 0);
  // ... and then the whole of another.
  lc_channel_rq_overhead(ends.from, 5);
  ends.send(content);
  bytes got(content.size());
  REQUIRE(ends.recv(got) == static_cast<ssize_t>(content.size()));
  CHECK(got == content);
}

TEST_CASE("a wrong key is an error, and the right one works afterwards",
          "[capi][network]") {
  for (const int coding : {LC_CODE_SYMM + 0, LC_CODE_SYMM | LC_CODE_FEC_RQ}) {
    two_ends ends;
    ends.set_coding(coding);
    lc_channel_rq_overhead(ends.from, 5);
    const auto content = gen2(1000);
    bytes wrong(32, 9);
    lc_channel_set_sym_key(ends.to, wrong.data(), wrong.size());
    bytes got(1000);
    ends.send(content);
    errno = 0;
    CHECK(ends.recv(got) == -1);
    CHECK(errno == EBADMSG);
    CHECK(got == bytes(1000));
    ends.drain();
    got.assign(1000, 0);
    lc_channel_set_sym_key(ends.to, ends.key.data(), ends.key.size());
    ends.send(content);
    CHECK(ends.recv(got) == 1000);
    CHECK(got == content);
  }
}

TEST_CASE("the OTI of the next object can be looked at", "[capi][network]") {
  two_ends ends;
  ends.set_coding(LC_CODE_FEC_RQ | LC_CODE_FEC_OTI);
  lc_channel_rq_overhead(ends.from, 0);
  rq_oti_t oti = 0;
  rq_scheme_t scheme = 0;
  for (const std::size_t length : {97, 98309}) {
    const auto content = gen2(length);
    ends.send(content);
    REQUIRE(lc_channel_oti_peek(ends.to, &oti, &scheme) == 0);
    CHECK(rq_oti_F(oti) == length);
    CHECK(rq_oti_T(oti) == 1024);
    bytes got(rq_oti_F(oti));
    REQUIRE(ends.recv(got) == static_cast<ssize_t>(length));
    CHECK(got == content); // what follows of it is not looked at again
  }
  ends.set_coding(LC_CODE_FEC_RQ);
  ends.send(gen2(10));
  CHECK(lc_channel_oti_peek(ends.to, &oti, &scheme) == -1);
  CHECK(errno == EBADMSG);
}

TEST_CASE("receiving on a socket of several channels", "[capi][network]") {
  two_ends ends;
  auto* other = lc_channel_new(ends.ctx.get(), "other");
  REQUIRE(lc_channel_bind(ends.ear, other) == 0);
  REQUIRE(lc_channel_join(other) == 0);
  bytes got(100);

  ends.send({1, 2, 3});
  CHECK(lc_channel_recv(other, got.data(), got.size(), 0) == -1);
  CHECK(errno == ECHRNG);

  ends.set_coding(LC_CODE_FEC_RQ | LC_CODE_FEC_OTI);
  lc_channel_rq_overhead(ends.from, 2);
  ends.send({4, 5, 6});
  auto* other_from = lc_channel_copy(ends.ctx.get(), other);
  REQUIRE(lc_channel_bind(ends.mouth, other_from) == 0);
  lc_channel_send(other_from, "plain", 5, 0);
  iovec pieces[] = {{got.data(), 2}, {got.data() + 50, 50}};
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = 2;
  lc_channel_t* whose = nullptr;
  REQUIRE(lc_socket_multi_recvmsg(ends.ear, &message, 0, &whose) == 3);
  CHECK(whose == ends.to);
  CHECK(got[0] == 4);
  CHECK(got[1] == 5);
  CHECK(got[50] == 6);
  REQUIRE(lc_socket_multi_recvmsg(ends.ear, &message, 0, &whose) == 5);
  CHECK(whose == other);
  CHECK(lc_socket_send(ends.mouth, "x", 1, 0) == 2); // both
}

TEST_CASE("a filter lets in what carries a token of a key on its ring",
          "[capi][network]") {
  two_ends ends;
  lc_keypair_t authority, bearer, stranger;
  for (auto* each : {&authority, &bearer, &stranger})
    REQUIRE(lc_keypair_new(each, LC_KEY_SIG) == 0);
  lc_keyring_t ring;
  REQUIRE(lc_keyring_init(&ring, 1) == 0);
  REQUIRE(lc_keyring_add(&ring, authority.pk) == 0);
  lc_filter_t filter{&ring, LC_CHAN_WRITE};
  lc_channel_filter_set(ends.to, &filter);

  const auto hears = [&](lc_token_t& token, lc_keypair_t& who) {
    lc_key_t secret{who.sk, sizeof(who.sk)};
    REQUIRE(lc_channel_setkey(ends.from, &secret, LC_CODE_SIGN) == 0);
    lc_channel_token_set(ends.from, &token);
    ends.drain(); // what is left of an object
    REQUIRE(ends.send({7}) > 0);
    bytes got(10);
    const auto result =
        lc_channel_recv(ends.to, got.data(), got.size(), MSG_DONTWAIT);
    CHECK((result == -1 ? errno == EAGAIN : got[0] == 7));
    return result == 1;
  };
  const auto token_of = [&](lc_keypair_t& signer, std::uint8_t bits,
                            std::uint64_t valid_s) {
    lc_token_t token;
    REQUIRE(lc_token_new(&token, &signer, bearer.pk, ends.to, bits, valid_s) ==
            0);
    return token;
  };
  ends.drain();
  auto good = token_of(authority, LC_CHAN_WRITE | LC_CHAN_READ, 60);
  for (const int coding :
       {LC_CODE_NONE + 0, LC_CODE_FEC_RQ | LC_CODE_FEC_OTI}) {
    ends.set_coding(coding);
    lc_channel_rq_overhead(ends.from, 0);
    CHECK(hears(good, bearer));
  }
  ends.set_coding(LC_CODE_NONE);
  CHECK_FALSE(hears(good, stranger)); // signed by somebody else
  auto foreign = token_of(stranger, LC_CHAN_WRITE, 60);
  CHECK_FALSE(hears(foreign, bearer));
  auto weak = token_of(authority, LC_CHAN_READ, 60);
  CHECK_FALSE(hears(weak, bearer));
  auto forever = token_of(authority, LC_CHAN_WRITE, 0);
  CHECK(hears(forever, bearer));
  auto over = token_of(authority, LC_CHAN_WRITE, 60);
  over.expires = 1;
  CHECK_FALSE(hears(over, bearer)); // and its signature is wrong, too
  auto changed = good;
  changed.capbits = 0xff;
  CHECK_FALSE(hears(changed, bearer));
  lc_channel_token_set(ends.from, nullptr);
  ends.send({7});
  bytes got(10);
  CHECK(lc_channel_recv(ends.to, got.data(), got.size(), MSG_DONTWAIT) == -1);
  lc_channel_filter_set(ends.to, nullptr);
  ends.send({7});
  CHECK(ends.recv(got) == 1);
  lc_keyring_free(&ring);
}

TEST_CASE("a rate limit is kept", "[capi][network]") {
  two_ends ends;
  ends.set_coding(LC_CODE_FEC_RQ);
  lc_channel_rq_overhead(ends.from, 0);
  lc_channel_ratelimit(ends.from, 8 * 1000 * 1000, 0); // 1 MB/s
  const auto content = gen2(300000); // 307 ms
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(ends.send(content) == 300000);
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(took > std::chrono::milliseconds{240});
  CHECK(took < std::chrono::seconds{3});
}

TEST_CASE("the two ends of a pair hear each other", "[capi][network]") {
  auto ctx = make_context();
  lc_socket_t* pair[2] = {};
  REQUIRE(lc_socketpair(ctx.get(), pair) == 0);
  lc_channel_t* ends[2] = {};
  for (int i = 0; i < 2; ++i) {
    ends[i] = lc_channel_new(ctx.get(), "pair");
    REQUIRE(lc_channel_bind(pair[i], ends[i]) == 0);
    REQUIRE(lc_channel_join(ends[i]) == 0);
  }
  CHECK(lc_channel_send(ends[0], "there", 5, 0) == 5);
  bytes raw(100);
  REQUIRE(recv(lc_socket_raw(pair[1]), raw.data(), raw.size(), MSG_PEEK) ==
          static_cast<ssize_t>(sizeof(lc_tlv_hash_t)) + 5);
  CHECK(raw[0] == LC_TLV_HASH);
  CHECK(raw[1] == HASHSIZE);
  CHECK(std::memcmp(raw.data() + 5, lc_channel_get_hash(ends[0]), HASHSIZE) ==
        0);
  char got[10];
  CHECK(lc_channel_recv(ends[1], got, sizeof(got), 0) == 5);
  CHECK(std::memcmp(got, "there", 5) == 0);
  for (auto* each : ends)
    lc_channel_coding_set(each, LC_CODE_FEC_RQ | LC_CODE_FEC_OTI);
  lc_channel_rq_overhead(ends[1], 0);
  CHECK(lc_channel_send(ends[1], "back", 4, 0) == 4);
  CHECK(lc_channel_recv(ends[0], got, sizeof(got), 0) == 4);
  CHECK(std::memcmp(got, "back", 4) == 0);
}
