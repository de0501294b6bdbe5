// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/esi_set.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

#include <set>

namespace troupe::raptorq {

using test::bytes;

TEST_CASE("a decoder of nonsense says so and takes nothing", "[blocks]") {
  bytes block(100);
  REQUIRE(block_decoder(0, 10, block).state() == status::bad_parameter);
  REQUIRE(block_decoder(56404, 10, block).state() == status::bad_parameter);
  REQUIRE(block_decoder(0xffffffff, 10, block).state() ==
          status::bad_parameter);
  REQUIRE(block_decoder(10, 0, block).state() == status::bad_parameter);
  REQUIRE(block_decoder(10, 65536, block).state() == status::bad_parameter);
  REQUIRE(block_decoder(10, 9, block).state() == status::bad_length);
  block_decoder broken(12, 10, block);
  REQUIRE(broken.state() == status::bad_length);
  REQUIRE(broken.add(0, std::span(block).first(10)) == add_result::bad_esi);
  REQUIRE_FALSE(broken.ready());
  REQUIRE_FALSE(broken.has_source(0));
  REQUIRE(broken.decode() == status::bad_length);
}

TEST_CASE("a decoder refuses what it cannot use", "[blocks]") {
  test::random_source random(31);
  const bytes block = random.octets(20 * 16);
  block_encoder encoder(20, 16, block);
  bytes out(20 * 16);
  block_decoder decoder(20, 16, out, 3);
  const bytes symbol = test::symbol_of(encoder, 3);
  REQUIRE(decoder.add(esi_limit, symbol) == add_result::bad_esi);
  REQUIRE(decoder.add(0xffffffff, symbol) == add_result::bad_esi);
  REQUIRE(decoder.add(3, std::span(symbol).first(15)) ==
          add_result::bad_length);
  REQUIRE(decoder.add(3, {}) == add_result::bad_length);
  REQUIRE(decoder.add(3, bytes(17)) == add_result::bad_length);
  REQUIRE(decoder.held() == 0);
  REQUIRE(decoder.add(3, symbol) == add_result::added);
  REQUIRE(decoder.add(3, bytes(16)) == add_result::duplicate);
  REQUIRE(std::equal(symbol.begin(), symbol.end(), out.begin() + 48));
  for (std::uint32_t esi = 20; esi < 23; ++esi) {
    REQUIRE(decoder.add(esi, test::symbol_of(encoder, esi)) ==
            add_result::added);
    REQUIRE(decoder.add(esi, test::symbol_of(encoder, esi)) ==
            add_result::duplicate);
  }
  REQUIRE(decoder.add(99, symbol) == add_result::full);
  REQUIRE(decoder.add(21, symbol) == add_result::duplicate);
  REQUIRE(decoder.held() == 4);
  REQUIRE_FALSE(decoder.ready());
  REQUIRE(decoder.decode() == status::need_more);
  for (std::uint32_t esi = 4; esi < 20; ++esi)
    REQUIRE(decoder.add(esi, test::symbol_of(encoder, esi)) ==
            add_result::added);
  REQUIRE(decoder.ready());
  while (decoder.decode() == status::need_more)
    REQUIRE(decoder.add(2, test::symbol_of(encoder, 2)) == add_result::added);
  REQUIRE(out == block);
  REQUIRE(decoder.add(0, symbol) == add_result::already_decoded);
  REQUIRE(decoder.add(77, symbol) == add_result::already_decoded);
  REQUIRE(out == block);
}

TEST_CASE("a block whose source symbols all came is complete at once",
          "[blocks]") {
  test::random_source random(32);
  const bytes block = random.octets(999);
  block_encoder encoder(10, 100, block);
  bytes out(999);
  block_decoder decoder(10, 100, out);
  for (std::uint32_t esi = 10; esi-- > 0;) {
    REQUIRE_FALSE(decoder.ready());
    REQUIRE_FALSE(decoder.has_source(esi));
    REQUIRE(decoder.add(esi, test::symbol_of(encoder, esi)) ==
            add_result::added);
    REQUIRE(decoder.has_source(esi));
  }
  REQUIRE(decoder.ready());
  REQUIRE(out == block);
  REQUIRE(decoder.decode() == status::done);
}

TEST_CASE("any mix of source and repair symbols decodes", "[blocks]") {
  test::random_source random(33);
  for (const std::uint32_t k :
       {1U, 2U, 3U, 10U, 11U, 31U, 32U, 33U, 97U, 300U, 511U, 513U, 800U})
    for (const std::uint32_t t : {1U, 2U, 33U, 64U, 130U})
      for (const std::uint32_t percent : {0U, 1U, 10U, 50U, 100U}) {
        INFO("K = " << k << ", T = " << t << ", lost " << percent << " %");
        const std::size_t cut = random.below(t);
        const bytes block = random.octets(std::size_t{k} * t - cut);
        block_encoder encoder(k, t, block);
        const std::uint32_t lost = (k * percent + 99) / 100;
        const std::set<std::uint32_t> gone = [&] {
          const auto list = random.choose(lost, 0, k);
          return std::set<std::uint32_t>(list.begin(), list.end());
        }();
        bytes out(block.size());
        block_decoder decoder(k, t, out);
        std::vector<std::uint32_t> esis;
        for (std::uint32_t esi = 0; esi < k; ++esi)
          if (gone.count(esi) == 0)
            esis.push_back(esi);
        for (const std::uint32_t esi : random.choose(lost + 6, k, 70000))
          esis.push_back(esi);
        std::rotate(esis.begin(), esis.begin() + random.below(k), esis.end());
        std::uint32_t used = 0;
        for (const std::uint32_t esi : esis) {
          REQUIRE(decoder.add(esi, test::symbol_of(encoder, esi)) ==
                  add_result::added);
          ++used;
          if (decoder.ready() && decoder.decode() == status::done)
            break;
        }
        REQUIRE(used <= k + 4);
        REQUIRE(out == block);
      }
}

TEST_CASE("a failed attempt to decode does no harm", "[blocks]") {
  // Attempts at exactly K symbols fail now and then; all of them must end
  // well with more symbols. Many small blocks make sure that some fail.
  test::random_source random(34);
  int failures = 0;
  for (int round = 0; round < 3000; ++round) {
    const bytes block = random.octets(12 * 2);
    block_encoder encoder(12, 2, block);
    bytes out(block.size());
    block_decoder decoder(12, 2, out);
    for (const std::uint32_t esi : random.choose(20, 12, esi_limit)) {
      decoder.add(esi, test::symbol_of(encoder, esi));
      if (!decoder.ready())
        continue;
      const status made = decoder.decode();
      if (made == status::done)
        break;
      REQUIRE(made == status::need_more);
      REQUIRE(decoder.decode() == status::need_more);
      ++failures;
    }
    REQUIRE(out == block);
  }
  REQUIRE(failures > 0);
}

TEST_CASE("a decoder can begin again", "[blocks]") {
  test::random_source random(35);
  for (const std::uint32_t k : {40U, 600U}) {
    bytes out(k * 24);
    bytes other(k * 24);
    block_decoder decoder(k, 24, out);
    REQUIRE(decoder.reset(std::span(other).first(7)) == status::bad_length);
    for (int round = 0; round < 4; ++round) {
      const bytes block = random.octets(k * 24);
      block_encoder encoder(k, 24, block);
      bytes& target = round % 2 == 0 ? out : other;
      REQUIRE(decoder.reset(target) == status::done);
      REQUIRE(decoder.held() == 0);
      REQUIRE_FALSE(decoder.ready());
      for (std::uint32_t esi = 5; esi < k + 8; ++esi)
        REQUIRE(decoder.add(esi, test::symbol_of(encoder, esi)) ==
                add_result::added);
      REQUIRE(decoder.decode() == status::done);
      REQUIRE(target == block);
    }
  }
}

TEST_CASE("a set of ESIs is a set", "[blocks]") {
  test::random_source random(36);
  esi_set set(7);
  std::set<std::uint32_t> expected;
  REQUIRE_FALSE(set.contains(0));
  for (int n = 0; n < 20000; ++n) {
    const std::uint32_t esi =
        n % 3 == 0 ? random.below(5000) : random.below(esi_limit);
    REQUIRE(set.contains(esi) == (expected.count(esi) == 1));
    REQUIRE(set.insert(esi) == expected.insert(esi).second);
  }
  REQUIRE(set.insert(esi_limit - 1) == expected.insert(esi_limit - 1).second);
  set.clear();
  for (const std::uint32_t esi : expected)
    REQUIRE_FALSE(set.contains(esi));
  REQUIRE(set.insert(3));
}

} // namespace troupe::raptorq
