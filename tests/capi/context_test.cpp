// SPDX-License-Identifier: BSD-3-Clause
// Settings of a context, channels without a network, messages, keys.
#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <librecast.h>
#include <librecast/key.h>
#include <librecast/q.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>

using namespace capi_test;

namespace {

struct free_context {
  void operator()(lc_ctx_t* ctx) const { lc_ctx_free(ctx); }
};
using context_ptr = std::unique_ptr<lc_ctx_t, free_context>;

bytes hash_of(lc_channel_t* chan) {
  const auto* id = lc_channel_get_hash(chan);
  return {id, id + HASHSIZE};
}
bytes group_of(lc_channel_t* chan) {
  const auto* address = lc_channel_in6addr(chan)->s6_addr;
  return {address, address + 16};
}

} // namespace

TEST_CASE("a context remembers its settings", "[capi]") {
  const context_ptr holder{lc_ctx_new()};
  auto* ctx = holder.get();
  CHECK(lc_ctx_coding_get(ctx) == LC_CODE_NONE);
  CHECK(lc_ctx_coding_set(ctx, LC_CODE_SYMM) == LC_CODE_SYMM);
  CHECK(lc_ctx_coding_get(ctx) == LC_CODE_SYMM);
  CHECK(lc_ctx_rq_overhead(ctx, 7) == 7);
  CHECK(lc_ctx_debug(ctx, -1) == 0);
  CHECK(lc_ctx_debug(ctx, LCTX_DEBUG_SYNCFILE) == LCTX_DEBUG_SYNCFILE);
  CHECK(lc_ctx_debug(ctx, -1) == LCTX_DEBUG_SYNCFILE);
  CHECK(lc_ctx_stream(ctx, nullptr) == nullptr);
  CHECK(lc_ctx_stream(ctx, stderr) == stderr);
  CHECK(lc_ctx_stream(ctx, nullptr) == stderr);
  for (const int result :
       {lc_ctx_coding_get(nullptr), lc_ctx_coding_set(nullptr, 0),
        lc_ctx_rq_overhead(nullptr, 0), lc_ctx_debug(nullptr, 0)})
    CHECK(result == -1);
  CHECK(errno == EINVAL);
}

TEST_CASE("a context keeps pointers to keys, by type", "[capi]") {
  const context_ptr ctx{lc_ctx_new()};
  bytes shared(128, 1), other(32, 2);
  lc_key_t key{};
  CHECK(lc_ctx_getkey(ctx.get(), &key, LC_CODE_SYMM) == 0);
  CHECK(key.key == nullptr);
  CHECK(lc_ctx_set_sym_key(ctx.get(), shared.data(), shared.size()) == 0);
  CHECK(lc_ctx_set_pub_key(ctx.get(), other.data(), other.size()) == 0);
  REQUIRE(lc_ctx_getkey(ctx.get(), &key, LC_CODE_SYMM) == 0);
  CHECK(key.key == shared.data());
  CHECK(key.keylen == 128);
  REQUIRE(lc_ctx_getkey(ctx.get(), &key, LC_CODE_PUBK) == 0);
  CHECK(key.key == other.data());
  CHECK(lc_ctx_setkey(ctx.get(), &key, LC_CODE_SYMM) == 0);
  for (const int type : {LC_CODE_NONE + 0, LC_CODE_SIGN + 0, 99}) {
    CHECK(lc_ctx_setkey(ctx.get(), &key, type) == -1);
    CHECK(errno == EINVAL);
    CHECK(lc_ctx_getkey(ctx.get(), &key, type) == -1);
  }
  CHECK(lc_ctx_setkey(ctx.get(), nullptr, LC_CODE_SYMM) == -1);
  CHECK(lc_ctx_setkey(nullptr, &key, LC_CODE_SYMM) == -1);
}

TEST_CASE("the hash function can be chosen before a context is used",
          "[capi]") {
  const context_ptr ctx{lc_ctx_new()};
  CHECK(lc_ctx_hash_set(ctx.get(), 7) == -1);
  CHECK(errno == EINVAL);
  CHECK(lc_ctx_hash_set(nullptr, HASH_BLAKE2) == -1);
  CHECK(lc_ctx_hash_set(ctx.get(), HASH_BLAKE2) == 0);
  auto* chan = lc_channel_new(ctx.get(), "small.bin");
  REQUIRE(chan != nullptr);
  // BLAKE2b-256 of "small.bin"
  const bytes start{0x2f, 0xb3, 0x9b, 0x46, 0xe5, 0x03, 0x34, 0x03};
  CHECK(std::memcmp(lc_channel_get_hash(chan), start.data(), start.size()) ==
        0);
  CHECK(lc_ctx_hash_set(ctx.get(), HASH_BLAKE2) == 0); // no change
  if (lc_hash_type() == HASH_BLAKE3) {
    CHECK(lc_ctx_hash_set(ctx.get(), HASH_BLAKE3) == -1);
    CHECK(errno == EBUSY);
    const context_ptr fresh{lc_ctx_new()};
    CHECK(lc_ctx_hash_set(fresh.get(), HASH_BLAKE3) == 0);
  } else {
    CHECK(lc_ctx_hash_set(ctx.get(), HASH_BLAKE3) == -1);
    CHECK(errno == ENOTSUP);
  }
}

TEST_CASE("a context can have a queue with threads", "[capi]") {
  const context_ptr holder{lc_ctx_new()};
  auto* ctx = holder.get();
  CHECK(lc_ctx_q(ctx) == nullptr);
  CHECK(lc_ctx_qpool_free(ctx) == 0);
  CHECK(lc_ctx_qpool_init(ctx, -1) == -1);
  CHECK(errno == EINVAL);
  REQUIRE(lc_ctx_qpool_init(ctx, 2) == 0);
  CHECK(lc_ctx_qpool_init(ctx, 2) == -1);
  CHECK(errno == EBUSY);
  auto* q = lc_ctx_q(ctx);
  REQUIRE(q != nullptr);
  std::atomic<int> done{0};
  const auto job = [](void* arg) -> void* {
    ++*static_cast<std::atomic<int>*>(arg);
    return nullptr;
  };
  for (const int threads : {2, 5, 1, 3}) {
    REQUIRE(lc_ctx_qpool_resize(ctx, threads) == 0);
    CHECK(lc_ctx_q(ctx) == q);
    done = 0;
    for (int i = 0; i < 100; ++i)
      REQUIRE(q_push(q, job, &done) == 0);
    while (done < 100)
      ;
  }
  CHECK(lc_ctx_qpool_free(ctx) == 0);
  CHECK(lc_ctx_q(ctx) == nullptr);
  CHECK(lc_ctx_qpool_resize(ctx, 1) == 0); // makes one; lc_ctx_free ends it
}

TEST_CASE("channels have the groups that librecast gives them", "[capi]") {
  const context_ptr holder{lc_ctx_new()};
  auto* ctx = holder.get();
  const auto known = vectors().at("names");
  REQUIRE(known.size() > 0);
  for (const auto& name : known) {
    const auto text = from_hex(name.at("name_hex"));
    INFO(name.at("name"));
    auto* chan = lc_channel_nnew(ctx, text.data(), text.size());
    REQUIRE(chan != nullptr);
    CHECK(hex(hash_of(chan)) == name.at("channel_hash"));
    CHECK(hex(group_of(chan)) == name.at("group_hex"));
    const unsigned char key[] = {'N', 'A', 'C', 'K'};
    CHECK(hex(hash_of(lc_channel_sidehash(chan, key, sizeof(key)))) ==
          name.at("sidehash_NACK"));
    CHECK(hex(group_of(lc_channel_sideband(chan, 0x1122334455667788))) ==
          name.at("sideband_1122334455667788_group_hex"));
  }
}

TEST_CASE("channels can be made from hashes, groups and other channels",
          "[capi]") {
  const context_ptr holder{lc_ctx_new()};
  auto* ctx = holder.get();
  auto* base = lc_channel_new(ctx, "x");
  REQUIRE(base != nullptr);
  CHECK(ntohs(lc_channel_sockaddr(base)->sin6_port) == LC_DEFAULT_PORT);
  CHECK(lc_channel_sockaddr(base)->sin6_family == AF_INET6);
  CHECK(lc_channel_ctx(base) == ctx);

  auto* by_hash = lc_channel_hash(ctx, lc_channel_get_hash(base), HASHSIZE,
                                  LC_DEFAULT_FLAGS, 0);
  CHECK(group_of(by_hash) == group_of(base));
  auto* local = lc_channel_hash(ctx, lc_channel_get_hash(base), 14, 0x15, 77);
  CHECK(group_of(local)[1] == 0x15);
  CHECK(ntohs(lc_channel_sockaddr(local)->sin6_port) == 77);
  auto* copy = lc_channel_copy(ctx, base);
  CHECK(hash_of(copy) == hash_of(base));
  auto* by_group = lc_channel_init_grp(ctx, lc_channel_in6addr(base), 0);
  CHECK(group_of(by_group) == group_of(base));
  auto* by_address = lc_channel_init(ctx, lc_channel_sockaddr(local));
  CHECK(group_of(by_address) == group_of(local));
  CHECK(ntohs(lc_channel_sockaddr(by_address)->sin6_port) == 77);
  auto* one = lc_channel_random(ctx);
  auto* two = lc_channel_random(ctx);
  CHECK(group_of(one) != group_of(two));

  auto band = group_of(lc_channel_sideband(base, 5));
  auto wanted = group_of(base);
  const std::uint64_t five = 5;
  std::memcpy(wanted.data() + 8, &five, sizeof(five));
  CHECK(band == wanted);
  bytes side(HASHSIZE);
  const unsigned char key[] = {'N', 'A', 'C', 'K'};
  hash_generic_key(side.data(), side.size(), lc_channel_get_hash(base),
                   HASHSIZE, key, sizeof(key));
  CHECK(hash_of(lc_channel_sidehash(base, key, sizeof(key))) == side);
  CHECK(lc_channel_sidehash(nullptr, key, 4) == nullptr);
  CHECK(errno == EINVAL);
  errno = EDOM;
  lc_channel_free(nullptr);
  lc_channel_free(base);
  lc_socket_close(nullptr);
  CHECK(errno == EDOM);
}

TEST_CASE("channels begin with the settings of their context", "[capi]") {
  const context_ptr holder{lc_ctx_new()};
  bytes secret(32, 3);
  lc_ctx_set_sym_key(holder.get(), secret.data(), secret.size());
  auto* chan = lc_channel_new(holder.get(), "x");
  lc_key_t key{};
  REQUIRE(lc_channel_getkey(chan, &key, LC_CODE_SYMM) == 0);
  CHECK(key.key == secret.data());
  CHECK(lc_channel_rq_overhead(chan, 3) == 3);
  CHECK(lc_channel_rq(chan) == nullptr);
  CHECK(lc_channel_rq(nullptr) == nullptr);
}

TEST_CASE("the data of a message is freed as it was given", "[capi]") {
  lc_message_t message;
  CHECK(lc_msg_init(&message) == &message);
  CHECK(lc_msg_init(nullptr) == nullptr);
  static int freed;
  freed = 0;
  int hint = 0;
  char data[3] = "ab";
  const auto count = [](void*, void* given) -> void* {
    freed += *static_cast<int*>(given);
    return nullptr;
  };
  hint = 4;
  REQUIRE(lc_msg_init_data(&message, data, 2, count, &hint) == 0);
  CHECK(lc_msg_data(&message) == data);
  void* value = nullptr;
  CHECK(lc_msg_get(&message, LC_ATTR_DATA, &value) == 0);
  CHECK(value == data);
  CHECK(lc_msg_get(&message, LC_ATTR_LEN, &value) == 0);
  CHECK(*static_cast<lc_len_t*>(value) == 2);
  CHECK(lc_msg_get(&message, LC_ATTR_OPCODE, &value) == 0);
  CHECK(*static_cast<lc_opcode_t*>(value) == LC_OP_DATA);
  const auto unknown = static_cast<lc_msg_attr_t>(3);
  CHECK(lc_msg_get(&message, unknown, &value) == LC_ERROR_MSG_ATTR_UNKNOWN);
  CHECK(lc_msg_set(&message, unknown, value) == LC_ERROR_MSG_ATTR_UNKNOWN);
  CHECK(lc_msg_get(nullptr, LC_ATTR_LEN, &value) == LC_ERROR_INVALID_PARAMS);
  CHECK(lc_msg_set(&message, LC_ATTR_LEN, nullptr) == LC_ERROR_INVALID_PARAMS);
  lc_len_t one = 1;
  CHECK(lc_msg_set(&message, LC_ATTR_LEN, &one) == 0);
  CHECK(message.len == 1);
  lc_msg_free(&message);
  lc_msg_free(&message);
  lc_msg_free(nullptr);
  CHECK(freed == 4);
  REQUIRE(lc_msg_init_size(&message, 100) == 0);
  CHECK(message.len == 100);
  std::memset(lc_msg_data(&message), 1, 100);
  lc_msg_free(&message);
  CHECK(lc_msg_init_data(&message, nullptr, 1, nullptr, nullptr) == -1);
  CHECK(lc_msg_init_size(nullptr, 1) == -1);
  CHECK(lc_msg_id(&message, nullptr, 1) == -1);
}

TEST_CASE("a keyring finds keys by what they are", "[capi]") {
  bytes one(32, 1), same(32, 1), two(32, 2), three(32, 3);
  lc_keyring_t ring;
  REQUIRE(lc_keyring_init(&ring, 2) == 0);
  CHECK(lc_keyring_has(&ring, one.data()) == 0);
  CHECK(lc_keyring_add(&ring, one.data()) == 0);
  CHECK(lc_keyring_add(&ring, two.data()) == 0);
  CHECK(lc_keyring_add(&ring, three.data()) == -1);
  CHECK(errno == ENOMEM);
  CHECK(lc_keyring_has(&ring, same.data()) == -1);
  CHECK(lc_keyring_has(&ring, three.data()) == 0);
  CHECK(lc_keyring_del(&ring, same.data()) == 0);
  CHECK(lc_keyring_has(&ring, one.data()) == 0);
  CHECK(lc_keyring_has(&ring, two.data()) == -1);
  CHECK(lc_keyring_del(&ring, one.data()) == -1);
  CHECK(errno == ENOKEY);
  lc_keyring_free(&ring);
  CHECK(ring.key == nullptr);
  lc_keyring_free(nullptr);
  CHECK(lc_keyring_init(nullptr, 1) == -1);
  CHECK(lc_keyring_add(nullptr, one.data()) == -1);
}

TEST_CASE("new keys and random bytes differ", "[capi]") {
  for (const int type : {LC_KEY_SIG, LC_KEY_ENC}) {
    lc_keypair_t one, two;
    REQUIRE(lc_keypair_new(&one, type) == 0);
    REQUIRE(lc_keypair_new(&two, type) == 0);
    CHECK(one.type == type);
    CHECK(std::memcmp(one.pk, two.pk, sizeof(one.pk)) != 0);
    CHECK(std::memcmp(one.sk, two.sk, sizeof(one.sk)) != 0);
  }
  lc_keypair_t none;
  for (const int type : {LC_KEY_SYM + 0, 0, 4}) {
    CHECK(lc_keypair_new(&none, type) == -1);
    CHECK(errno == EINVAL);
  }
  CHECK(lc_keypair_new(nullptr, LC_KEY_SIG) == -1);
  bytes one(1000), two(1000);
  CHECK(lc_getrandom(one.data(), one.size()) == 1000);
  CHECK(lc_getrandom(two.data(), two.size()) == 1000);
  CHECK(one != two);
  CHECK(lc_getrandom(one.data(), 0) == 0);
  CHECK(lc_getrandom(nullptr, 1) == -1);
  CHECK(errno == EINVAL);
}

TEST_CASE("a token says what it was made for", "[capi]") {
  const context_ptr ctx{lc_ctx_new()};
  auto* chan = lc_channel_new(ctx.get(), "x");
  lc_keypair_t signer, bearer;
  REQUIRE(lc_keypair_new(&signer, LC_KEY_SIG) == 0);
  REQUIRE(lc_keypair_new(&bearer, LC_KEY_SIG) == 0);
  lc_token_t token;
  REQUIRE(lc_token_new(&token, &signer, bearer.pk, chan, 6, 60) == 0);
  CHECK(token.version == 0xff);
  CHECK(token.capbits == 6);
  CHECK(std::memcmp(token.channel, lc_channel_in6addr(chan)->s6_addr + 2,
                    14) == 0);
  CHECK(std::memcmp(token.signkey, signer.pk, 8) == 0);
  CHECK(std::memcmp(token.bearkey, bearer.pk, 32) == 0);
  const std::uint64_t expires = token.expires; // not aligned
  const auto now = static_cast<std::uint64_t>(time(nullptr));
  CHECK(expires >= now + 59);
  CHECK(expires <= now + 61);
  REQUIRE(lc_token_new(&token, &signer, bearer.pk, chan, 6, 0) == 0);
  CHECK(token.expires == 0);
  CHECK(lc_token_new(&token, &signer, bearer.pk, chan, 6, ~0ULL) == -1);
  CHECK(errno == EINVAL);
  CHECK(lc_token_new(nullptr, &signer, bearer.pk, chan, 6, 0) == -1);
  CHECK(lc_token_new(&token, &signer, nullptr, chan, 6, 0) == -1);
}

TEST_CASE("a hash in pieces equals the hash of the whole", "[capi]") {
  const auto data = gen2(100000);
  bytes whole(HASHSIZE), pieces(HASHSIZE);
  hash_generic(whole.data(), whole.size(), data.data(), data.size());
  hash_state state;
  hash_init(&state, nullptr, 0, HASHSIZE);
  hash_update(&state, data.data(), 1);
  hash_update(&state, data.data() + 1, 64999);
  hash_state copy = state; // any copy of the bytes is as good
  for (auto* each : {&state, &copy}) {
    hash_update(each, data.data() + 65000, 35000);
    hash_final(each, pieces.data(), pieces.size());
    CHECK(pieces == whole);
    pieces.assign(HASHSIZE, 0);
  }
  hash_final(&state, pieces.data(), pieces.size()); // a second time
  CHECK(pieces == bytes(HASHSIZE));

  const bytes key(32, 4);
  hash_init(&state, key.data(), key.size(), HASHSIZE);
  hash_update(&state, data.data(), 10);
  hash_final(&state, pieces.data(), pieces.size());
  CHECK(pieces != bytes(HASHSIZE));
  hash_generic(whole.data(), whole.size(), data.data(), 10);
  CHECK(pieces != whole);

  pieces.assign(HASHSIZE, 0);
  hash_init(&state, data.data(), 65, HASHSIZE); // no key has that length
  hash_update(&state, data.data(), 10);
  hash_final(&state, pieces.data(), pieces.size());
  CHECK(pieces == bytes(HASHSIZE));
}
