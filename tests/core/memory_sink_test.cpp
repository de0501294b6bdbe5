// SPDX-License-Identifier: BSD-3-Clause
#include "core/diff.hpp"
#include "core/sink.hpp"
#include "tests/core/vectors.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

merkle_tree tree_of(std::span<const std::byte> data) {
  std::vector<hash> leaves;
  for (std::uint64_t i = 0; i < chunk_count(data.size()); ++i) {
    const auto range = chunk_range(data.size(), i);
    leaves.push_back(
        hash_of(hash_type::blake2b, data.subspan(range.offset, range.length)));
  }
  auto tree = merkle_tree::fold(hash_type::blake2b, data.size(), leaves);
  REQUIRE(tree);
  return *tree;
}

} // namespace

TEST_CASE("a buffer that is too small stays untouched", "[memory_sink]") {
  auto buffer = gen1(1000);
  const auto out = make_memory_sink(buffer);
  CHECK(out->begin(1001) == errc::buffer_too_small);
  CHECK(out->write_at(0, gen2(10)) == errc::invalid_argument);
  CHECK(out->copy_from_old({0, 10}, 20) == errc::invalid_argument);
  CHECK(buffer == gen1(1000));
}

TEST_CASE("nothing is written past the announced length", "[memory_sink]") {
  auto buffer = gen1(1000);
  const auto out = make_memory_sink(buffer);
  REQUIRE(out->begin(500) == errc::none);
  CHECK(out->write_at(495, gen2(6)) == errc::invalid_argument);
  CHECK(out->write_at(501, {}) == errc::invalid_argument);
  CHECK(out->write_at(~std::uint64_t{0}, gen2(2)) == errc::invalid_argument);
  CHECK(out->copy_from_old({0, 501}, 0) == errc::invalid_argument);
  CHECK(out->copy_from_old({999, 2}, 0) == errc::invalid_argument);
  CHECK(buffer == gen1(1000));
  CHECK(out->write_at(494, gen2(6)) == errc::none);
  CHECK(out->commit({}, {}) == errc::none);
  auto expected = gen1(1000);
  const auto written = gen2(6);
  std::copy(written.begin(), written.end(), expected.begin() + 494);
  CHECK(buffer == expected);
}

TEST_CASE("chunks of a buffer can change places", "[memory_sink]") {
  std::mt19937_64 random{9};
  for (auto round = 0; round < 50; ++round) {
    const auto chunks = 2 + random() % 8;
    const auto data = random_bytes(random, chunks * chunk_bytes);
    // The new content: chunks of the old one in any order, some are new.
    bytes wanted;
    for (std::uint64_t i = 0; i < chunks; ++i) {
      const auto from = static_cast<std::ptrdiff_t>(random() % chunks) *
                        static_cast<std::ptrdiff_t>(chunk_bytes);
      if (random() % 3 == 0) {
        const auto fresh = random_bytes(random, chunk_bytes);
        wanted.insert(wanted.end(), fresh.begin(), fresh.end());
      } else {
        wanted.insert(wanted.end(), data.begin() + from,
                      data.begin() + from + chunk_bytes);
      }
    }
    auto buffer = data;
    const auto out = make_memory_sink(buffer);
    CHECK(out->old()->size() == buffer.size());
    const auto plan = make_plan(tree_of(data), tree_of(wanted));
    REQUIRE(out->begin(wanted.size()) == errc::none);
    for (auto i = plan.keep.next(0); i < chunks; i = plan.keep.next(i + 1))
      REQUIRE(out->copy_from_old(chunk_range(wanted.size(), i),
                                 i * chunk_bytes) == errc::none);
    for (const auto& each : plan.copy)
      REQUIRE(out->copy_from_old({each.from * chunk_bytes, each.size_bytes},
                                 each.to * chunk_bytes) == errc::none);
    for (const auto& each : plan.fetch)
      for (auto place : each.places)
        REQUIRE(out->write_at(place * chunk_bytes,
                              std::span{wanted}.subspan(place * chunk_bytes,
                                                        each.size_bytes)) ==
                errc::none);
    REQUIRE(out->commit({}, {}) == errc::none);
    CHECK(buffer == wanted);
  }
}

TEST_CASE("a discarded sink writes nothing more", "[memory_sink]") {
  auto buffer = gen1(100);
  const auto out = make_memory_sink(buffer);
  REQUIRE(out->begin(100) == errc::none);
  REQUIRE(out->copy_from_old({0, 10}, 50) == errc::none);
  out->discard();
  out->discard();
  CHECK(out->write_at(0, gen2(10)) == errc::invalid_argument);
  CHECK(out->commit({}, {}) == errc::none);
  CHECK(buffer == gen1(100));
}
