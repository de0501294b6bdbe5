// SPDX-License-Identifier: BSD-3-Clause
#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <librecast/mdex.h>
#include <librecast/net.h>

#include <cerrno>
#include <cstring>

using namespace capi_test;

namespace {

const unsigned char* data(const char* text) {
  return reinterpret_cast<const unsigned char*>(text);
}

std::string digest(const char* text) {
  unsigned char out[HASHSIZE];
  REQUIRE(hash_generic(out, sizeof(out), data(text), std::strlen(text)) == 0);
  return hex(out, sizeof(out));
}

} // namespace

TEST_CASE("hash_generic computes the known digests", "[capi]") {
  const auto known = vectors();
  CHECK(digest("") == known.at("hash_empty"));
  CHECK(digest("abc") == known.at("hash_abc"));
  CHECK(digest("smörgås") != known.at("hash_abc"));
}

TEST_CASE("a short hash is the beginning of the whole one", "[capi]") {
  unsigned char out[HASHSIZE] = {};
  REQUIRE(hash_generic(out, 14, data("abc"), 3) == 0);
  CHECK(hex(out, 14) == digest("abc").substr(0, 28));
  CHECK(out[14] == 0);
}

TEST_CASE("hash_generic_key treats the key as the hash function does",
          "[capi]") {
  const auto known = vectors();
  const bytes key(32, 0x42);
  unsigned char out[HASHSIZE];
  REQUIRE(hash_generic_key(out, sizeof(out), data("abc"), 3, key.data(),
                           key.size()) == 0);
  CHECK(hex(out, sizeof(out)) == known.at("hash_generic_key_abc_key32x42"));
  const auto* nack = HASH_TYPE == HASH_BLAKE3
                         ? "hash_generic_key_abc_NACK"
                         : "hash_generic_key_abc_NACK_rc";
  REQUIRE(hash_generic_key(out, sizeof(out), data("abc"), 3, data("NACK"),
                           4) == 0);
  CHECK(hex(out, sizeof(out)) == known.at(nack));
  REQUIRE(hash_generic_key(out, sizeof(out), data("abc"), 3, nullptr, 0) == 0);
  CHECK(hex(out, sizeof(out)) == digest("abc"));
}

TEST_CASE("hashes of impossible lengths are refused", "[capi]") {
  unsigned char out[HASHSIZE];
  for (std::size_t size : {std::size_t{0}, std::size_t{33}}) {
    errno = 0;
    CHECK(hash_generic(out, size, data("abc"), 3) == -1);
    CHECK(errno == EINVAL);
  }
  CHECK(hash_generic(nullptr, 32, data("abc"), 3) == -1);
  CHECK(hash_generic(out, 32, nullptr, 3) == -1);
  CHECK(hash_generic(out, 32, nullptr, 0) == 0);
}

TEST_CASE("names lead to the known aliases and group addresses", "[capi]") {
  const auto known = vectors();
  for (const auto& each : known.at("names")) {
    const auto name = each.at("name").get<std::string>();
    INFO(name);
    unsigned char alias[HASHSIZE];
    mdex_aliashash(name.c_str(), alias, sizeof(alias));
    CHECK(hex(alias, sizeof(alias)) == each.at("alias"));
    in6_addr group{};
    lc_hashtoaddr(&group, alias, sizeof(alias), LC_DEFAULT_FLAGS);
    CHECK(hex(group.s6_addr, 16) == each.at("group_hex"));
  }
  // Bytes behind a short hash stay as they were.
  const bytes hash{1, 2, 3, 4, 5};
  in6_addr group;
  std::memset(&group, 0xaa, sizeof(group));
  lc_hashtoaddr(&group, hash.data(), hash.size(), LC_DEFAULT_FLAGS);
  CHECK(hex(group.s6_addr, 16) == known.at("hashtoaddr_len5_prefill_aa"));
}

TEST_CASE("hexadecimal text never leaves its buffer", "[capi]") {
  const bytes in{0x00, 0xff, 0x1e};
  char out[8];
  std::memset(out, 'x', sizeof(out));
  CHECK(hash_bin2hex(out, 7, in.data(), 3) == out);
  CHECK(std::string{out} == "00ff1e");
  CHECK(out[7] == 'x');
  errno = 0;
  CHECK(hash_bin2hex(out, 6, in.data(), 3) == nullptr);
  CHECK(errno == ERANGE);
  CHECK(hash_bin2hex(out, 0, in.data(), 0) == nullptr);
}

TEST_CASE("hash_hex_debug writes one line to the stream it is given",
          "[capi]") {
  char* text = nullptr;
  std::size_t size = 0;
  auto* stream = open_memstream(&text, &size);
  REQUIRE(stream != nullptr);
  const bytes long_hash(100, 0xab);
  hash_hex_debug(stream, long_hash.data(), 2);
  hash_hex_debug(stream, long_hash.data(), long_hash.size()); // cut to 32
  std::fclose(stream);
  std::string expected;
  for (int i = 0; i < 32; ++i)
    expected += "ab";
  CHECK(std::string{text} == "abab\n" + expected + "\n");
  std::free(text);
}
