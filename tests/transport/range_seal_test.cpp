// SPDX-License-Identifier: BSD-3-Clause
#include "transport/range_seal.hpp"

#include "tests/transport/support.hpp"
#include "transport/range_packet.hpp"

#include <set>

namespace troupe::test {
namespace {

range_seal seal_number(unsigned n) {
  const bytes secret(seal_key_bytes, static_cast<std::byte>(n));
  return *range_seal::from(*seal_key::from_bytes(secret));
}

std::string first_14(std::span<const std::byte> value) {
  return {reinterpret_cast<const char*>(value.data()), channel_key_bytes};
}

} // namespace

TEST_CASE("a mask is taken off by the same key and no other", "[range_seal]") {
  const auto seal = seal_number(1), other = seal_number(2);
  std::mt19937_64 random{1};
  std::set<std::string> seen;
  for (int i = 0; i < 5000; ++i) {
    const auto id = hash_number(random());
    const auto masked = seal.mask(id);
    REQUIRE(first_14(seal.unmask(masked.bytes)) == first_14(id.bytes));
    CHECK(first_14(other.unmask(masked.bytes)) != first_14(id.bytes));
    CHECK(std::all_of(masked.bytes.begin() + channel_key_bytes,
                      masked.bytes.end(),
                      [](std::byte b) { return b == std::byte{0}; }));
    seen.insert(first_14(masked.bytes));
  }
  CHECK(seen.size() == 5000);
}

TEST_CASE("what differs in one bit has masks that have nothing in common",
          "[range_seal]") {
  const auto seal = seal_number(1);
  const auto id = hash_number(7);
  const auto masked = seal.mask(id);
  double changed = 0;
  for (std::size_t bit = 0; bit < 8 * channel_key_bytes; ++bit) {
    auto near = id;
    near.bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    const auto other = seal.mask(near);
    int differ = 0;
    for (std::size_t i = 0; i < channel_key_bytes; ++i)
      differ += std::popcount(std::to_integer<unsigned>(masked.bytes[i] ^
                                                        other.bytes[i]));
    CHECK(differ > 28); // of 112; half of them ought to
    changed += differ;
  }
  changed /= 8 * channel_key_bytes;
  CHECK(changed > 54);
  CHECK(changed < 58);
}

TEST_CASE("a sealed object opens with its key, for its channel, unchanged",
          "[range_seal]") {
  const auto seal = seal_number(1);
  std::mt19937_64 random{2};
  for (const std::size_t size : {0u, 1u, 145u, 32768u}) {
    const auto plain = random_bytes(random, size);
    const auto id = hash_number(size);
    const auto sealed = seal.seal(id, plain);
    REQUIRE(sealed.size() == size + object_seal_bytes);
    // So that symbols of two transmissions add up.
    CHECK(sealed == seal.seal(id, plain));
    const auto opened = seal.open(id, sealed);
    REQUIRE(opened);
    CHECK(std::ranges::equal(opened->view(), plain));
    CHECK_FALSE(seal.open(hash_number(size + 1), sealed));
    CHECK_FALSE(seal_number(2).open(id, sealed));
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{23}, std::size_t{24}, sealed.size() - 1}) {
      auto altered = sealed;
      altered[at] ^= std::byte{1};
      CHECK_FALSE(seal.open(id, altered));
    }
    for (std::size_t length = 0; length < object_seal_bytes; ++length)
      CHECK_FALSE(seal.open(id, std::span{sealed}.first(length)));
  }
}

TEST_CASE("objects of different content or channel share no nonce",
          "[range_seal]") {
  const auto seal = seal_number(1);
  const bytes a(100, std::byte{1});
  auto b = a;
  b.back() = std::byte{2};
  const auto nonce = [](const bytes& sealed) {
    return bytes(sealed.begin(), sealed.begin() + 24);
  };
  const auto one = nonce(seal.seal(hash_number(1), a));
  CHECK(one != nonce(seal.seal(hash_number(1), b)));
  CHECK(one != nonce(seal.seal(hash_number(2), a)));
  CHECK(one != nonce(seal_number(2).seal(hash_number(1), a)));
}

TEST_CASE("a sealed symbol opens where it belongs and nowhere else",
          "[range_seal]") {
  const auto seal = seal_number(1);
  std::mt19937_64 random{3};
  const auto plain = random_bytes(random, 1336);
  const auto header = random_bytes(random, range_header_bytes);
  const auto id = hash_number(1);
  const auto key = seal.key_of(id, 1 << 20, 1336);
  const auto salt = random_salt();
  auto sealed = plain;
  std::array<std::byte, symbol_code_bytes> code;
  seal_symbol(sealed, code, key, salt, 5, header);
  CHECK(sealed != plain);
  bytes out(plain.size());
  const auto opens = [&](const range_seal::block_key& with,
                         const symbol_salt& salted, std::uint32_t esi,
                         const bytes& front, const bytes& symbol) {
    return open_symbol(out, symbol, code, with, salted, esi, front);
  };
  REQUIRE(opens(key, salt, 5, header, sealed));
  CHECK(out == plain);
  auto other_header = header;
  other_header[3] ^= std::byte{1}; // the countdown
  CHECK_FALSE(opens(key, salt, 5, other_header, sealed));
  CHECK_FALSE(opens(key, salt, 6, header, sealed));
  CHECK_FALSE(opens(key, random_salt(), 5, header, sealed));
  CHECK_FALSE(opens(seal.key_of(hash_number(2), 1 << 20, 1336), salt, 5, header,
                    sealed));
  CHECK_FALSE(
      opens(seal.key_of(id, (1 << 20) - 1, 1336), salt, 5, header, sealed));
  CHECK_FALSE(opens(seal.key_of(id, 1 << 20, 1340), salt, 5, header, sealed));
  CHECK_FALSE(opens(seal_number(2).key_of(id, 1 << 20, 1336), salt, 5, header,
                    sealed));
  auto altered = sealed;
  altered[700] ^= std::byte{1};
  CHECK_FALSE(opens(key, salt, 5, header, altered));
}

TEST_CASE("tags of blocks come from the key", "[range_seal]") {
  const auto id = hash_number(1);
  const auto tag = seal_number(1).key_of(id, 32768, 1336).tag;
  CHECK(tag == seal_number(1).key_of(id, 32768, 1336).tag);
  CHECK(tag != seal_number(2).key_of(id, 32768, 1336).tag);
  CHECK(tag != range_tag(id));
}

TEST_CASE("no two transmissions have the same salt", "[range_seal]") {
  std::set<symbol_salt> seen;
  for (int i = 0; i < 1000; ++i)
    CHECK(seen.insert(random_salt()).second);
}

TEST_CASE("a sealed range packet is taken apart where it was put together",
          "[range_seal]") {
  std::mt19937_64 random{4};
  auto packet = random_bytes(random, 1384);
  const range_header header{2, 0x11223344, 1 << 20, 700};
  write_range_header(std::span{packet}.first<range_header_bytes>(), header,
                     true);
  const auto read = parse_sealed_range_packet(packet);
  REQUIRE(read);
  CHECK(read->header == header);
  CHECK(read->symbol.size() == 1336);
  CHECK(read->symbol.data() == packet.data() + 32);
  CHECK(read->code.data() == packet.data() + 1368);
  CHECK_FALSE(parse_range_packet(packet)); // neither is taken for the other
  for (std::size_t size = 0; size <= 48; ++size)
    CHECK_FALSE(parse_sealed_range_packet(std::span{packet}.first(size)));
  CHECK(parse_sealed_range_packet(std::span{packet}.first(49)));
  write_range_header(std::span{packet}.first<range_header_bytes>(), header);
  CHECK_FALSE(parse_sealed_range_packet(packet));
}

} // namespace troupe::test
