// SPDX-License-Identifier: BSD-3-Clause
#include "transport/seal.hpp"

#include "tests/support/catch.hpp"

#include <random>
#include <set>
#include <string>
#include <string_view>

using namespace troupe;

namespace {

using bytes = std::vector<std::byte>;

bytes from_hex_text(std::string_view text) {
  bytes result;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    result.push_back(static_cast<std::byte>(
        std::stoi(std::string{text.substr(i, 2)}, nullptr, 16)));
  return result;
}

// The example of NaCl's documentation of crypto_secretbox, which libsodium's
// own test "secretbox" has, too.
const auto nacl_key = from_hex_text(
    "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
const auto nacl_nonce =
    from_hex_text("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
const auto nacl_plain = from_hex_text(
    "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc"
    "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
    "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
    "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
    "5e0705");
const auto nacl_box = from_hex_text(
    "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce"
    "48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
    "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
    "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
    "7973f622a43d14a6599b1f654cb45a74e355a5");

seal_key key_of(std::span<const std::byte> secret) {
  auto key = seal_key::from_bytes(secret);
  REQUIRE(key);
  return *key;
}

bytes copy(const blob& from) {
  return {from.view().begin(), from.view().end()};
}

} // namespace

TEST_CASE("a box of the NaCl documentation opens", "[seal]") {
  auto sealed = nacl_box;
  sealed.insert(sealed.end(), nacl_nonce.begin(), nacl_nonce.end());
  REQUIRE(sealed.size() == nacl_plain.size() + seal_overhead_bytes);
  const auto plain = unseal(sealed, key_of(nacl_key));
  REQUIRE(plain);
  CHECK(copy(*plain) == nacl_plain);
}

TEST_CASE("what was sealed opens with the same key only", "[seal]") {
  const auto key = key_of(nacl_key);
  auto other_bytes = nacl_key;
  other_bytes.back() ^= std::byte{1};
  const auto other = key_of(other_bytes);
  CHECK_FALSE(key == other);
  std::mt19937 random{1};
  for (const std::size_t size : {0u, 1u, 15u, 16u, 1024u, 32768u, 100001u}) {
    bytes plain(size);
    for (auto& b : plain)
      b = static_cast<std::byte>(random());
    const auto sealed = seal(plain, key);
    REQUIRE(sealed.size() == size + seal_overhead_bytes);
    const auto opened = unseal(sealed.view(), key);
    REQUIRE(opened);
    CHECK(copy(*opened) == plain);
    const auto refused = unseal(sealed.view(), other);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::bad_key);
  }
}

TEST_CASE("no two sealings are equal", "[seal]") {
  const auto key = key_of(nacl_key);
  std::set<bytes> seen;
  for (int i = 0; i < 100; ++i)
    CHECK(seen.insert(copy(seal({}, key))).second);
}

TEST_CASE("a changed bit anywhere or a wrong length is noticed", "[seal]") {
  const auto key = key_of(nacl_key);
  const auto sealed = copy(seal(std::span{nacl_plain}.first(9), key));
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    auto changed = sealed;
    changed[at] ^= std::byte{0x10};
    CHECK_FALSE(unseal(changed, key));
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    CHECK_FALSE(unseal(std::span{sealed}.first(size), key));
}

TEST_CASE("a key has 32 bytes, and its copies are the same key", "[seal]") {
  const auto few = seal_key::from_bytes(std::span{nacl_key}.first(31));
  REQUIRE_FALSE(few);
  CHECK(few.error().code == errc::invalid_argument);
  auto more = nacl_key;
  more.resize(128); // the first 32 count
  const auto key = key_of(more);
  auto copied = key;
  auto moved = std::move(copied);
  CHECK(copied == key);
  CHECK(moved == key);
  CHECK(std::equal(key.bytes().begin(), key.bytes().end(), nacl_key.begin()));
}
