// SPDX-License-Identifier: BSD-3-Clause
#include "tests/core/vectors.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

using namespace troupe;
using namespace troupe::test;

namespace {

std::array<std::byte, 8> le64(std::uint64_t value) {
  std::array<std::byte, 8> data;
  for (auto& each : data) {
    each = static_cast<std::byte>(value & 255);
    value >>= 8;
  }
  return data;
}

} // namespace

TEST_CASE("digests equal librecast's", "[hash][vectors]") {
  for_each_vectors([](hash_type type, const nlohmann::json& vectors) {
    CHECK(vectors["hashsize"] == hash_bytes);
    CHECK(to_hex(hash_of(type, "")) == vectors["hash_empty"]);
    CHECK(to_hex(hash_of(type, "abc")) == vectors["hash_abc"]);
    CHECK(to_hex(hasher{type}.update("a").update("").update("bc").finish()) ==
          vectors["hash_init_multi_abc"]);
  });
}

TEST_CASE("the hash of a name is the channel's", "[hash][vectors]") {
  for_each_vectors([](hash_type type, const nlohmann::json& vectors) {
    REQUIRE_FALSE(vectors["names"].empty());
    for (const auto& each : vectors["names"]) {
      const auto name = from_hex_text(each["name_hex"]);
      CHECK(to_hex(hash_of(type, name)) == each["channel_hash"]);
      CHECK(to_hex(hash_of(type, name)) == each["alias"]);
    }
  });
}

TEST_CASE("keyed digests equal librecast's", "[hash][vectors]") {
  const bytes key(32, std::byte{0x42});
  for_each_vectors([&](hash_type type, const nlohmann::json& vectors) {
    CHECK(to_hex(hasher{type, key}.update("abc").finish()) ==
          vectors["hash_init_keyed_abc_key32x42"]);
    const std::string generic = vectors["hash_generic_key_abc_key32x42"];
    if (type == hash_type::blake3)
      CHECK(to_hex(hasher{type}.update("abc").update(key).finish()) == generic);
    else
      CHECK(to_hex(hasher{type, key}.update("abc").finish()) == generic);
  });
}

TEST_CASE("the hash of a tree and a number equals librecast's",
          "[hash][vectors]") {
  for_each_vectors([](hash_type type, const nlohmann::json& vectors) {
    for (const auto& each : vectors["trees"])
      for (std::uint64_t n = 0; n < 2; ++n) {
        const auto root = hash_from(each["root"]);
        const auto value =
            type == hash_type::blake3
                ? hasher{type}.update(root).update_le64(n).finish()
                : hasher{type, le64(n)}.update(root).finish();
        CHECK(to_hex(value) == each["mdex_tree_hash_" + std::to_string(n)]);
      }
  });
}

TEST_CASE("pieces hash like the whole", "[hash]") {
  std::mt19937_64 random{1};
  for_each_hash_type([&](hash_type type) {
    for (auto round = 0; round < 200; ++round) {
      const auto data = random_bytes(random, random() % 5000);
      hasher sum{type};
      for (std::size_t at = 0; at < data.size();) {
        const auto piece =
            std::min<std::size_t>(random() % 700, data.size() - at);
        sum.update(std::span{data}.subspan(at, piece));
        at += piece;
      }
      CHECK(sum.finish() == hash_of(type, data));
    }
    const auto left = hash_of(type, "left");
    const auto right = hash_of(type, "right");
    CHECK(hash_pair(type, left, right) ==
          hasher{type}.update(left).update(right).finish());
  });
}

TEST_CASE("a key of unusable length is refused", "[hash]") {
  CHECK_THROWS_AS((hasher{hash_type::blake2b, bytes{}}), std::invalid_argument);
  CHECK_THROWS_AS((hasher{hash_type::blake2b, bytes(65)}),
                  std::invalid_argument);
  CHECK_NOTHROW(hasher{hash_type::blake2b, bytes(64)});
  CHECK_THROWS_AS((hasher{hash_type::blake3, bytes(31)}),
                  std::invalid_argument);
}

TEST_CASE("names of hash types are read as they are written", "[hash]") {
  CHECK(is_available(hash_type::blake2b));
  CHECK(available_hash_types().front() == hash_type::blake2b);
  for (auto type : available_hash_types())
    CHECK(is_available(type));
  auto type = hash_type::blake2b;
  CHECK(from_string("blake3", type));
  CHECK(type == hash_type::blake3);
  CHECK_FALSE(from_string("BLAKE2B", type));
  CHECK_FALSE(from_string("", type));
  CHECK(type == hash_type::blake3);
  CHECK(from_string(to_string(hash_type::blake2b), type));
  CHECK(type == hash_type::blake2b);
}

TEST_CASE("hexadecimal text is read strictly", "[hash]") {
  const auto value = hash_of(hash_type::blake2b, "x");
  const auto text = to_hex(value);
  CHECK(text.size() == 64);
  hash read;
  CHECK(from_hex(text, read));
  CHECK(read == value);
  auto upper = text;
  for (auto& each : upper)
    each = static_cast<char>(std::toupper(each));
  CHECK(from_hex(upper, read));

  hash untouched = value;
  CHECK_FALSE(from_hex(text.substr(1), untouched));
  CHECK_FALSE(from_hex(text + "0", untouched));
  CHECK_FALSE(from_hex("g" + text.substr(1), untouched));
  CHECK_FALSE(
      from_hex(std::string(63, '0') + std::string(1, '\xff'), untouched));
  CHECK(untouched == value);
}

TEST_CASE("hashes are ordered by their bytes, the first counts most",
          "[hash]") {
  hash small;
  small.bytes[31] = std::byte{255};
  hash large;
  large.bytes[0] = std::byte{128};
  CHECK(small < large);
  CHECK(hash{}.is_zero());
  CHECK_FALSE(small.is_zero());
}
