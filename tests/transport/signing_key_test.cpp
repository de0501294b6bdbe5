// SPDX-License-Identifier: BSD-3-Clause
#include "transport/signing_key.hpp"

#include "tests/support/catch.hpp"
#include "tests/transport/signing.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

std::vector<std::byte> text(std::string_view words) {
  const auto bytes = std::as_bytes(std::span{words});
  return {bytes.begin(), bytes.end()};
}

} // namespace

// RFC 8032, 7.1, TEST 1: the seed and the public key it makes.
TEST_CASE("a seed makes the key that RFC 8032 says", "[signing]") {
  std::array<std::byte, signing_seed_bytes> seed;
  public_key as_hex;
  REQUIRE(from_hex("9d61b19deffd5a60ba844af492ec2cc4"
                   "4449c5697b326919703bac031cae7f60", as_hex));
  seed = as_hex.bytes;
  CHECK(to_hex(signing_key::from_seed(seed)->shown()) ==
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST_CASE("a public key is written in one way only", "[signing]") {
  const auto key = key_number(1).shown();
  public_key read;
  REQUIRE(from_hex(to_hex(key), read));
  CHECK(read == key);
  auto upper = to_hex(key);
  for (auto& c : upper)
    c = static_cast<char>(std::toupper(c));
  for (const auto& wrong : {upper, to_hex(key) + "0", to_hex(key).substr(1),
                            std::string{}, std::string(64, 'g')})
    CHECK_FALSE(from_hex(wrong, read));
}

TEST_CASE("what one key signed for one purpose is valid for nothing else",
          "[signing]") {
  const auto key = key_number(1);
  const auto message = text("hello");
  const auto proof = key.sign("a", message);
  CHECK(is_signed(key.shown(), "a", message, proof));
  CHECK_FALSE(is_signed(key_number(2).shown(), "a", message, proof));
  CHECK_FALSE(is_signed(key.shown(), "b", message, proof));
  CHECK_FALSE(is_signed(key.shown(), "a", text("hellp"), proof));
  CHECK_FALSE(is_signed(key.shown(), "a", text("hell"), proof));
  for (std::size_t at = 0; at < signature_bytes; ++at) {
    auto altered = proof;
    altered.bytes[at] ^= std::byte{1};
    CHECK_FALSE(is_signed(key.shown(), "a", message, altered));
  }
}

TEST_CASE("random keys differ", "[signing]") {
  CHECK_FALSE(signing_key::generate()->shown() ==
              signing_key::generate()->shown());
}

TEST_CASE("a key leads to those that succeeded it, and not back", "[signing]") {
  const auto a = key_number(1);
  const auto b = *a.make_successor();
  const auto c = *b.make_successor();
  REQUIRE(c.history().size() == 2);
  const auto& history = c.history();
  CHECK(leads_to(a.shown(), history, c.shown()));
  CHECK(leads_to(b.shown(), history, c.shown()));
  CHECK(leads_to(c.shown(), history, c.shown()));
  CHECK(leads_to(c.shown(), {}, c.shown()));
  CHECK_FALSE(leads_to(c.shown(), b.history(), b.shown()));
  CHECK_FALSE(leads_to(b.shown(), {}, a.shown()));
  CHECK_FALSE(leads_to(a.shown(), {}, c.shown()));
  CHECK_FALSE(leads_to(key_number(9).shown(), history, c.shown()));
  // It leads to its end, not to what somebody claims to be there.
  CHECK_FALSE(leads_to(a.shown(), history, key_number(9).shown()));
}

TEST_CASE("a forged succession leads nowhere", "[signing]") {
  const auto a = key_number(1);
  const auto b = *a.make_successor();
  const auto c = *b.make_successor();
  const auto mallory = key_number(66);
  SECTION("signed by the new key itself") {
    auto history = b.history();
    history[0].to = mallory.shown();
    CHECK_FALSE(leads_to(a.shown(), history, mallory.shown()));
  }
  SECTION("a step left out") {
    std::vector<succession> history{c.history()[0]};
    CHECK_FALSE(leads_to(a.shown(), history, c.shown()));
  }
  SECTION("the steps in another order") {
    std::vector<succession> history{c.history()[1], c.history()[0]};
    CHECK_FALSE(leads_to(a.shown(), history, c.shown()));
  }
  SECTION("every bit of a proof counts") {
    for (std::size_t at = 0; at < signature_bytes; ++at) {
      auto history = c.history();
      history[1].proof.bytes[at] ^= std::byte{0x10};
      CHECK_FALSE(leads_to(a.shown(), history, c.shown()));
    }
  }
}

TEST_CASE("a key can have succeeded eight others and no more", "[signing]") {
  auto key = key_number(1);
  for (std::size_t i = 0; i < max_successions; ++i)
    key = *key.make_successor();
  CHECK(leads_to(key_number(1).shown(), key.history(), key.shown()));
  const auto next = key.make_successor();
  REQUIRE_FALSE(next);
  CHECK(next.error().code == errc::too_large);
}
