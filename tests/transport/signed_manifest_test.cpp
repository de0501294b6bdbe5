// SPDX-License-Identifier: BSD-3-Clause
#include "transport/signed_manifest.hpp"

#include "tests/support/catch.hpp"
#include "tests/transport/signing.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

signed_statement statement() {
  signed_statement says;
  says.capabilities = 0x8000'0001;
  says.version = 7;
  says.not_before_s = 1000;
  says.expires_s = 2000;
  says.name = "disk.img";
  return says;
}

std::vector<std::byte> inner() {
  return serialise(manifest_of("disk.img", 100, std::byte{5}));
}

} // namespace

TEST_CASE("a signed manifest says what was signed", "[signing]") {
  const auto first = key_number(1);
  const auto key = *first.make_successor();
  const auto bytes = sign_manifest(statement(), inner(), key);
  REQUIRE(is_signed_manifest(bytes));
  CHECK_FALSE(is_manifest(bytes));
  const auto read = parse_signed_manifest(bytes);
  REQUIRE(read);
  auto says = statement();
  says.key = key.shown();
  says.history = key.history();
  CHECK(read->says == says);
  CHECK(std::ranges::equal(read->manifest, inner()));
  CHECK(is_genuine(*read));
  CHECK(bytes == sign_manifest(statement(), inner(), key));
  // Who trusts nobody gets at the manifest all the same.
  const auto within = manifest_within(bytes);
  REQUIRE(within);
  CHECK(parse_manifest(*within, 1000));
}

TEST_CASE("an unsigned manifest is its own content", "[signing]") {
  const auto bytes = inner();
  CHECK_FALSE(is_signed_manifest(bytes));
  CHECK(std::ranges::equal(*manifest_within(bytes), bytes));
}

TEST_CASE("no bit of a signed manifest can be changed", "[signing]") {
  const auto key = *key_number(1).make_successor();
  const auto good = sign_manifest(statement(), inner(), key);
  for (std::size_t at = 0; at < good.size(); ++at)
    for (const int bit : {0, 3, 7}) {
      auto altered = good;
      altered[at] ^= static_cast<std::byte>(1 << bit);
      const auto read = parse_signed_manifest(altered);
      // Its key is one that it names: whose, the receiver asks.
      const bool passes = read && is_genuine(*read);
      INFO("byte " << at);
      REQUIRE_FALSE(passes);
    }
}

TEST_CASE("a signed manifest of another length is refused", "[signing]") {
  const auto good = sign_manifest(statement(), inner(), key_number(1));
  for (std::size_t size = 0; size < good.size(); ++size)
    REQUIRE_FALSE(parse_signed_manifest(std::span{good}.first(size)));
  auto longer = good;
  longer.push_back(std::byte{0});
  CHECK(parse_signed_manifest(longer).error().code == errc::bad_object);
  auto many = good;
  many[9] = std::byte{max_successions + 1};
  CHECK(parse_signed_manifest(many).error().code == errc::bad_object);
  auto later = good;
  later[7] = std::byte{2};
  CHECK(parse_signed_manifest(later).error().code == errc::unsupported);
}

TEST_CASE("impossible times are refused", "[signing]") {
  for (const auto& [from, to] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{
           {-1, 5}, {6, 5}, {0, INT64_MAX}, {INT64_MIN, INT64_MAX}}) {
    auto says = statement();
    says.not_before_s = from;
    says.expires_s = to;
    CHECK_FALSE(
        parse_signed_manifest(sign_manifest(says, inner(), key_number(1))));
  }
}
