// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/generator.hpp"
#include "tests/raptorq/support.hpp"
#include "tests/support/catch.hpp"

#include <thread>

namespace troupe::raptorq {

using test::bytes;

TEST_CASE("an encoder of nonsense says so", "[blocks]") {
  const bytes block(100);
  REQUIRE(block_encoder(0, 10, {}).state() == status::bad_parameter);
  REQUIRE(block_encoder(56404, 10, block).state() == status::bad_parameter);
  REQUIRE(block_encoder(0xffffffff, 10, block).state() ==
          status::bad_parameter);
  REQUIRE(block_encoder(10, 0, block).state() == status::bad_parameter);
  REQUIRE(block_encoder(10, 65536, block).state() == status::bad_parameter);
  REQUIRE(block_encoder(10, 11, std::span(block)).state() == status::done);
  REQUIRE(block_encoder(10, 9, block).state() == status::bad_length);
  REQUIRE(block_encoder(11, 10, block).state() == status::bad_length);
  REQUIRE(block_encoder(12, 10, block).state() == status::bad_length);
  block_encoder broken(0, 10, block);
  bytes out(10);
  REQUIRE(broken.source(0, out) == status::bad_parameter);
  REQUIRE(broken.repair(20, 1, out) == status::bad_parameter);
}

TEST_CASE("an encoder refuses wrong ESIs and wrong buffers", "[blocks]") {
  test::random_source random(21);
  const bytes block = random.octets(20 * 16);
  block_encoder encoder(20, 16, block);
  bytes out(3 * 16);
  const auto one = std::span(out).first(16);
  REQUIRE(encoder.source(20, one) == status::bad_esi);
  REQUIRE(encoder.source(0xffffffff, one) == status::bad_esi);
  REQUIRE(encoder.source(0, out) == status::bad_length);
  REQUIRE(encoder.repair(19, 1, one) == status::bad_esi);
  REQUIRE(encoder.repair(esi_limit, 1, one) == status::bad_esi);
  REQUIRE(encoder.repair(esi_limit - 1, 2, std::span(out).first(32)) ==
          status::bad_esi);
  REQUIRE(encoder.repair(0xffffffff, 0xffffffff, out) == status::bad_esi);
  REQUIRE(encoder.repair(20, 3, one) == status::bad_length);
  REQUIRE(encoder.repair(20, 3, out) == status::done);
  REQUIRE(encoder.repair(esi_limit - 1, 1, one) == status::done);
  REQUIRE(encoder.repair(20, 0, {}) == status::done);
  const std::uint32_t mixed[] = {20, 19};
  REQUIRE(encoder.repair(mixed, out, 16) == status::bad_esi);
  const std::uint32_t good[] = {25, 21, 25};
  REQUIRE(encoder.repair(good, out, 15) == status::bad_length);
  REQUIRE(encoder.repair(good, out, 17) == status::bad_length);
  REQUIRE(encoder.repair(good, out, 16) == status::done);
  REQUIRE(std::equal(out.begin(), out.begin() + 16, out.begin() + 32));
}

TEST_CASE("repair symbols keep their distance from each other", "[blocks]") {
  test::random_source random(22);
  for (const std::uint32_t k : {32U, 600U}) {
    const bytes block = random.octets(k * 50);
    block_encoder encoder(k, 50, block);
    const std::vector<std::uint32_t> esis = random.choose(30, k, 100000);
    bytes packed(30 * 50);
    REQUIRE(encoder.repair(esis, packed, 50) == status::done);
    bytes spaced(29 * 66 + 50, std::byte{0xee});
    REQUIRE(encoder.repair(esis, spaced, 66) == status::done);
    for (std::size_t n = 0; n < spaced.size(); ++n) {
      const bool gap = n % 66 >= 50;
      REQUIRE(spaced[n] ==
              (gap ? std::byte{0xee} : packed[n / 66 * 50 + n % 66]));
    }
  }
}

TEST_CASE("a short last symbol counts as padded with zeros", "[blocks]") {
  test::random_source random(23);
  for (const std::uint32_t k : {1U, 7U, 32U, 300U, 700U})
    for (const std::uint32_t cut : {1U, 20U, 39U}) {
      bytes block = random.octets(k * 40);
      std::fill(block.end() - cut, block.end(), std::byte{0});
      block_encoder whole(k, 40, block);
      const bytes shorter(block.begin(), block.end() - cut);
      block_encoder cut_short(k, 40, shorter);
      REQUIRE(cut_short.state() == status::done);
      REQUIRE(test::repairs_of(whole, 45) == test::repairs_of(cut_short, 45));
      REQUIRE(test::symbol_of(whole, k - 1) ==
              test::symbol_of(cut_short, k - 1));
      REQUIRE(test::symbol_of(whole, 0) == test::symbol_of(cut_short, 0));
    }
}

TEST_CASE("every way of making a repair symbol gives the same one",
          "[blocks]") {
  test::random_source random(24);
  for (const std::uint32_t k : {65U, 101U, 300U, 500U, 512U, 900U})
    for (const std::uint32_t t : {1U, 4U, 64U, 100U, 200U}) {
      const bytes block = random.octets(std::size_t{k} * t);
      constexpr std::uint32_t many = 120;
      block_encoder at_once(k, t, block);
      const bytes first = test::repairs_of(at_once, many);
      const bytes again = test::repairs_of(at_once, many);
      REQUIRE(first == again);
      block_encoder one_by_one(k, t, block);
      for (std::uint32_t n = 0; n < many; n += 7) {
        const bytes one = test::symbol_of(one_by_one, k + n);
        REQUIRE(std::equal(one.begin(), one.end(),
                           test::piece(first, n, t).begin()));
      }
    }
}

TEST_CASE("encoders in many threads share what they need", "[blocks]") {
  test::random_source random(25);
  const bytes block = random.octets(1100 * 8);
  std::vector<bytes> expected;
  const auto encode = [&](std::uint32_t k) {
    block_encoder encoder(k, 8, std::span(block).first(k * 8));
    return test::repairs_of(encoder, 50);
  };
  std::vector<std::uint32_t> sizes;
  for (std::uint32_t k = 80; k < 1100; k += 60)
    sizes.push_back(k);
  std::vector<std::vector<bytes>> results(4);
  std::vector<std::thread> threads;
  for (std::vector<bytes>& result : results)
    threads.emplace_back([&] {
      for (const std::uint32_t k : sizes)
        result.push_back(encode(k));
    });
  for (std::thread& thread : threads)
    thread.join();
  for (const std::vector<bytes>& result : results)
    REQUIRE(result == results.front());
}

TEST_CASE("the plan cache stays within its bound", "[plans]") {
  std::weak_ptr<const elimination_plan> first =
      encoding_plan_for(parameters_for(56403).value());
  REQUIRE_FALSE(first.expired());
  REQUIRE(encoding_plan_for(parameters_for(56403).value()) == first.lock());
  const std::size_t each = first.lock()->bytes();
  if (!test::thorough) {
    WARN("eviction is tested in optimised builds only");
    return;
  }
  for (std::uint32_t n = 0; n <= plan_cache_bytes / each + 1; ++n)
    encoding_plan_for(parameters_of_row(475 - n));
  REQUIRE(first.expired());
}

} // namespace troupe::raptorq
