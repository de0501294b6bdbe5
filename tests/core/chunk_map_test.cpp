// SPDX-License-Identifier: BSD-3-Clause
#include "core/chunk_map.hpp"
#include "core/chunking.hpp"
#include "tests/support/catch.hpp"

#include <random>
#include <set>

using namespace troupe;

TEST_CASE("a chunk map behaves like a set of numbers", "[chunk_map]") {
  std::mt19937_64 random{2};
  for (auto round = 0; round < 300; ++round) {
    const auto chunks = random() % 200;
    chunk_map map{chunks};
    std::set<std::uint64_t> model;
    for (auto step = 0; chunks > 0 && step < 60; ++step) {
      const auto chunk = random() % chunks;
      switch (random() % 3) {
      case 0:
        map.insert(chunk);
        model.insert(chunk);
        break;
      case 1:
        map.erase(chunk);
        model.erase(chunk);
        break;
      default: {
        const auto count = random() % (chunks - chunk + 1);
        map.insert(chunk, count);
        for (auto i = chunk; i < chunk + count; ++i)
          model.insert(i);
      }
      }
    }
    CHECK(map.chunks() == chunks);
    CHECK(map.count() == model.size());
    CHECK(map.empty() == model.empty());
    std::set<std::uint64_t> seen;
    for (auto i = map.next(0); i < chunks; i = map.next(i + 1))
      seen.insert(i);
    CHECK(seen == model);
    for (std::uint64_t i = 0; i < chunks; ++i)
      CHECK(map.contains(i) == (model.count(i) == 1));
    CHECK(map.next(chunks) == chunks);
    CHECK(map.next(chunks + 100) == chunks);
  }
}

TEST_CASE("ranges of chunks cover an object without gaps", "[chunk_map]") {
  for (std::uint64_t length :
       {0u, 1u, 32767u, 32768u, 32769u, 65536u, 100000u}) {
    std::uint64_t end = 0;
    for (std::uint64_t i = 0; i < chunk_count(length); ++i) {
      const auto range = chunk_range(length, i);
      CHECK(range.offset == end);
      CHECK(range.length <= chunk_bytes);
      end += range.length;
    }
    CHECK(end == length);
  }
  CHECK(chunk_count(0) == 1);
  CHECK(chunk_count(~std::uint64_t{0}) == std::uint64_t{1} << 49);
}
