// SPDX-License-Identifier: BSD-3-Clause
#include "core/cover.hpp"

#include "core/subtree.hpp"
#include "tests/core/vectors.hpp"

#include <set>

using namespace troupe;
using namespace troupe::test;

namespace {

/// The plan that fetches `chunks`, each on its own.
sync_plan plan_for(const tree_shape& shape,
                   const std::set<std::uint64_t>& chunks) {
  sync_plan plan;
  for (const auto chunk : chunks) {
    const auto range = chunk_range(shape.length, chunk);
    plan.fetch.push_back({hash{}, static_cast<std::uint32_t>(range.length),
                          {chunk}});
  }
  return plan;
}

std::set<std::uint64_t> run(std::uint64_t first, std::uint64_t count) {
  std::set<std::uint64_t> chunks;
  for (auto chunk = first; chunk < first + count; ++chunk)
    chunks.insert(chunk);
  return chunks;
}

/// What must hold of every cover.
void check_cover(const sync_plan& plan, const tree_shape& shape,
                 std::uint32_t wanted_of_4) {
  const auto cut = cut_tree(shape, range_chunks);
  const auto range_of = [&](std::uint64_t entry) {
    return plan.fetch[entry].places.front() / cut.width;
  };
  std::vector<std::uint64_t> wanted(cut.count());
  for (std::uint64_t i = 0; i < plan.fetch.size(); ++i)
    ++wanted[range_of(i)];
  std::uint64_t next = 0;
  std::uint64_t last_range = cover_item::single;
  for (const auto& item : cover_plan(plan, shape, wanted_of_4)) {
    REQUIRE(item.fetch_begin == next); // once each, in order
    REQUIRE(item.fetch_count > 0);
    next += item.fetch_count;
    const auto range = range_of(item.fetch_begin);
    const auto is_dense = 4 * wanted[range] >= wanted_of_4 * cut.chunks(range);
    REQUIRE((item.range != cover_item::single) == is_dense);
    if (!is_dense) {
      REQUIRE(item.fetch_count == 1);
      continue;
    }
    REQUIRE(item.range == range);
    REQUIRE(item.range != last_range); // a range is asked for once
    REQUIRE(item.fetch_count == wanted[range]);
    for (std::uint64_t i = 0; i < item.fetch_count; ++i)
      REQUIRE(range_of(item.fetch_begin + i) == range);
    last_range = item.range;
  }
  REQUIRE(next == plan.fetch.size());
}

} // namespace

TEST_CASE("a cover has every chunk once, and ranges only where it is dense",
          "[cover]") {
  std::mt19937_64 random{31};
  for (auto round = 0; round < 400; ++round) {
    const auto length = 1 + random() % (200 * std::uint64_t{chunk_bytes});
    const auto shape = shape_of(length);
    const auto percent = random() % 101;
    std::set<std::uint64_t> chunks;
    for (std::uint64_t chunk = 0; chunk < shape.chunks; ++chunk)
      if (random() % 100 < percent)
        chunks.insert(chunk);
    for (const auto wanted_of_4 : {1u, 2u, 3u, 4u, 5u})
      check_cover(plan_for(shape, chunks), shape, wanted_of_4);
  }
}

TEST_CASE("three quarters of a range are worth the whole of it", "[cover]") {
  const auto shape = shape_of(64 * std::uint64_t{chunk_bytes});
  const auto dense = cover_plan(plan_for(shape, run(32, 24)), shape);
  REQUIRE(dense.size() == 1);
  CHECK(dense[0].range == 1);
  CHECK(dense[0].fetch_count == 24);
  const auto sparse = cover_plan(plan_for(shape, run(32, 23)), shape);
  REQUIRE(sparse.size() == 23);
  for (const auto& item : sparse)
    CHECK(item.range == cover_item::single);
}

TEST_CASE("the last range may be short", "[cover]") {
  // 33 chunks: the second range has one.
  const auto shape = shape_of(32 * std::uint64_t{chunk_bytes} + 1);
  const auto cover = cover_plan(plan_for(shape, run(0, 33)), shape);
  REQUIRE(cover.size() == 2);
  CHECK(cover[0].fetch_count == 32);
  CHECK(cover[0].range == 0);
  CHECK(cover[1].fetch_count == 1);
  CHECK(cover[1].range == 1);
}

TEST_CASE("more than all quarters means single chunks only", "[cover]") {
  const auto shape = shape_of(40 * std::uint64_t{chunk_bytes});
  const auto cover = cover_plan(plan_for(shape, run(0, 40)), shape, 5);
  REQUIRE(cover.size() == 40);
  for (const auto& item : cover)
    CHECK(item.range == cover_item::single);
}

TEST_CASE("nothing to fetch needs no cover", "[cover]") {
  CHECK(cover_plan({}, shape_of(1'000'000)).empty());
  CHECK(cover_plan({}, shape_of(0)).empty());
}

TEST_CASE("equal chunks count once, where they are first", "[cover]") {
  for_each_hash_type([](hash_type type) {
    // 96 chunks: a run of one chunk, then 32 different ones, then the same 32.
    std::vector<hash> leaves;
    const auto leaf = [&](std::uint64_t number) {
      return hash_of(type, std::to_string(number));
    };
    for (std::uint64_t i = 0; i < 96; ++i)
      leaves.push_back(leaf(i < 32 ? 0 : 1 + i % 32));
    const auto tree =
        merkle_tree::fold(type, 96 * std::uint64_t{chunk_bytes}, leaves);
    REQUIRE(tree);
    const auto plan = make_plan(*tree);
    REQUIRE(plan.fetch.size() == 33);
    check_cover(plan, tree->shape(), 3);
    const auto cover = cover_plan(plan, tree->shape());
    REQUIRE(cover.size() == 2);
    CHECK(cover[0].range == cover_item::single);
    CHECK(cover[1].range == 1);
    CHECK(cover[1].fetch_count == 32);
    std::uint64_t places = 0;
    for (const auto& item : cover)
      for (std::uint64_t i = 0; i < item.fetch_count; ++i)
        places += plan.fetch[item.fetch_begin + i].places.size();
    CHECK(places == 96);
  });
}
