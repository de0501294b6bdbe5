// SPDX-License-Identifier: BSD-3-Clause
#include "core/diff.hpp"
#include "tests/core/vectors.hpp"

#include <algorithm>
#include <map>
#include <set>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto type = hash_type::blake2b;

std::span<const std::byte> chunk_of(std::span<const std::byte> data,
                                    std::uint64_t chunk) {
  const auto range = chunk_range(data.size(), chunk);
  return data.subspan(range.offset, range.length);
}

merkle_tree tree_of(std::span<const std::byte> data) {
  std::vector<hash> leaves;
  for (std::uint64_t i = 0; i < chunk_count(data.size()); ++i)
    leaves.push_back(hash_of(type, chunk_of(data, i)));
  auto tree = merkle_tree::fold(type, data.size(), leaves);
  REQUIRE(tree);
  return *tree;
}

/// Does to a copy of `old_data` what the plan says; `server` answers by hash.
/// Checks on the way that each chunk of the new object is handled once.
bytes apply(const sync_plan& plan, const bytes& old_data, std::size_t length,
            const std::map<hash, bytes>& server) {
  bytes result(length, std::byte{0xee});
  std::vector<int> handled(chunk_count(length));
  const auto put = [&](std::uint64_t chunk, std::span<const std::byte> data) {
    ++handled.at(chunk);
    const auto range = chunk_range(length, chunk);
    REQUIRE(range.length == data.size());
    std::copy(data.begin(), data.end(),
              result.begin() + static_cast<std::ptrdiff_t>(range.offset));
  };
  REQUIRE(plan.keep.chunks() == chunk_count(length));
  for (auto i = plan.keep.next(0); i < plan.keep.chunks();
       i = plan.keep.next(i + 1))
    put(i, length == 0 ? std::span<const std::byte>{} : chunk_of(old_data, i));
  for (const auto& each : plan.copy) {
    const auto data = chunk_of(old_data, each.from);
    REQUIRE(data.size() == each.size_bytes);
    CHECK(hash_of(type, data) == each.id);
    put(each.to, data);
  }
  std::uint64_t fetched = 0;
  for (const auto& each : plan.fetch) {
    const auto& data = server.at(each.id);
    REQUIRE(data.size() == each.size_bytes);
    fetched += data.size();
    CHECK(std::is_sorted(each.places.begin(), each.places.end()));
    for (auto place : each.places)
      put(place, data);
  }
  CHECK(plan.fetch_bytes == fetched);
  CHECK(std::all_of(handled.begin(), handled.end(),
                    [](int times) { return times == 1; }));
  return result;
}

std::map<hash, bytes> chunks_by_hash(const bytes& data) {
  std::map<hash, bytes> chunks;
  for (std::uint64_t i = 0; i < chunk_count(data.size()); ++i) {
    const auto chunk = chunk_of(data, i);
    chunks[hash_of(type, chunk)] = {chunk.begin(), chunk.end()};
  }
  return chunks;
}

sync_plan check_plan(const bytes& old_data, const bytes& new_data) {
  const auto plan = make_plan(tree_of(old_data), tree_of(new_data));
  CHECK(apply(plan, old_data, new_data.size(), chunks_by_hash(new_data)) ==
        new_data);
  CHECK(plan.nothing_to_do == (old_data == new_data));

  // What can be had from the old object is never fetched, nor twice.
  const auto had = chunks_by_hash(old_data);
  std::set<hash> fetched;
  for (const auto& each : plan.fetch) {
    CHECK(had.count(each.id) == 0);
    CHECK(fetched.insert(each.id).second);
  }
  CHECK(
      std::is_sorted(plan.copy.begin(), plan.copy.end(),
                     [](const auto& a, const auto& b) { return a.to < b.to; }));
  CHECK(std::is_sorted(plan.fetch.begin(), plan.fetch.end(),
                       [](const auto& a, const auto& b) {
                         return a.places.front() < b.places.front();
                       }));
  return plan;
}

/// `count` chunks out of few different ones, and a tail.
bytes patchwork(std::mt19937_64& random, std::size_t count, std::size_t tail) {
  bytes data;
  for (std::size_t i = 0; i < count; ++i)
    data.insert(data.end(), chunk_bytes, static_cast<std::byte>(random() % 6));
  data.insert(data.end(), tail, static_cast<std::byte>(random() % 6));
  return data;
}

} // namespace

TEST_CASE("a plan makes the new object from the old one", "[diff]") {
  std::mt19937_64 random{3};
  for (auto round = 0; round < 120; ++round) {
    auto old_data = random_bytes(random, random() % (12 * chunk_bytes));
    auto new_data = old_data;
    for (auto i = random() % 4; i > 0 && !new_data.empty(); --i) {
      const auto at = static_cast<std::ptrdiff_t>(random() % new_data.size());
      switch (random() % 4) {
      case 0: // change
        new_data[static_cast<std::size_t>(at)] ^= std::byte{1};
        break;
      case 1: { // insert, often whole chunks so that content moves
        const auto piece = random_bytes(
            random, random() % 2 == 0 ? chunk_bytes : random() % 5000);
        new_data.insert(new_data.begin() + at / chunk_bytes * chunk_bytes,
                        piece.begin(), piece.end());
        break;
      }
      case 2: // truncate
        new_data.resize(static_cast<std::size_t>(at));
        break;
      default: // repeat
        new_data.insert(new_data.end(), new_data.begin(),
                        new_data.begin() + at);
      }
    }
    check_plan(old_data, new_data);
    check_plan(new_data, old_data);
  }
}

TEST_CASE("a plan is right for all pairs of lengths around a chunk", "[diff]") {
  const auto data = gen2(3 * chunk_bytes + 1);
  const std::vector<std::size_t> lengths{
      0, 1, 32767, 32768, 32769, 65535, 65536, 65537, 98303, 98304, 98305};
  for (auto from : lengths)
    for (auto to : lengths) {
      CAPTURE(from, to);
      const auto first = data.begin();
      const auto plan =
          check_plan({first, first + static_cast<std::ptrdiff_t>(from)},
                     {first, first + static_cast<std::ptrdiff_t>(to)});
      // Whole chunks of both are kept, whatever became of the last.
      CHECK(plan.keep.count() >= std::min(from, to) / chunk_bytes);
    }
}

TEST_CASE("objects of few different chunks are put together from few fetches",
          "[diff]") {
  std::mt19937_64 random{4};
  for (auto round = 0; round < 200; ++round) {
    const auto plan =
        check_plan(patchwork(random, random() % 20, random() % chunk_bytes),
                   patchwork(random, random() % 20, random() % chunk_bytes));
    CHECK(plan.fetch.size() <= 7); // six colours and a tail
  }
}

TEST_CASE("a receiver with nothing fetches each content once", "[diff]") {
  std::mt19937_64 random{5};
  const auto data = patchwork(random, 40, 100);
  const auto plan = make_plan(tree_of(data));
  CHECK_FALSE(plan.nothing_to_do);
  CHECK(plan.keep.empty());
  CHECK(plan.copy.empty());
  CHECK(apply(plan, {}, data.size(), chunks_by_hash(data)) == data);
  CHECK(plan.fetch.size() == chunks_by_hash(data).size());

  const auto nothing = make_plan(merkle_tree{});
  CHECK(nothing.fetch.empty());
  CHECK(apply(nothing, {}, 0, {}).empty());
}

TEST_CASE("from an empty old object everything is fetched", "[diff]") {
  const auto data = gen2(5 * chunk_bytes);
  const auto plan = check_plan({}, data);
  CHECK(plan.keep.empty());
  CHECK(plan.copy.empty());
  CHECK(plan.fetch.size() == 5);
}

TEST_CASE("an empty new object needs nothing", "[diff]") {
  CHECK(check_plan({}, {}).nothing_to_do);
  const auto plan = check_plan(gen1(100000), {});
  CHECK_FALSE(plan.nothing_to_do);
  CHECK(plan.fetch.empty());
  CHECK(plan.copy.empty());
}

TEST_CASE("a leaf that is not known matches nothing", "[diff]") {
  const auto data = gen2(4 * chunk_bytes);
  const auto tree = tree_of(data);
  std::vector<hash> leaves(tree.leaves().begin(), tree.leaves().end());
  leaves[1] = leaves[3] = hash{};
  const auto partial = merkle_tree::fold(type, data.size(), leaves);
  REQUIRE(partial);
  const auto plan = make_plan(*partial, tree);
  CHECK(plan.keep.count() == 2);
  CHECK(plan.keep.contains(0));
  CHECK(plan.keep.contains(2));
  CHECK(plan.copy.empty());
  CHECK(plan.fetch.size() == 2);
}

TEST_CASE("chunks of different length never match, whatever a tree claims",
          "[diff]") {
  // The new tree gives its short last chunk the hash of a whole old one.
  const auto old_data = gen2(3 * chunk_bytes);
  const auto old_tree = tree_of(old_data);
  const auto claim = [&](std::uint64_t length, std::vector<hash> leaves) {
    const auto tree = merkle_tree::fold(type, length, leaves);
    REQUIRE(tree);
    return make_plan(old_tree, *tree);
  };
  const auto same_place =
      claim(chunk_bytes + 5, {old_tree.leaf(0), old_tree.leaf(1)});
  CHECK(same_place.keep.count() == 1);
  CHECK(same_place.copy.empty());
  REQUIRE(same_place.fetch.size() == 1);
  CHECK(same_place.fetch[0].size_bytes == 5);

  const auto elsewhere =
      claim(chunk_bytes + 5, {old_tree.leaf(2), old_tree.leaf(2)});
  CHECK(elsewhere.keep.empty());
  REQUIRE(elsewhere.copy.size() == 1);
  CHECK(elsewhere.copy[0].to == 0);
  CHECK(elsewhere.copy[0].from == 2);
  REQUIRE(elsewhere.fetch.size() == 1);
  CHECK(elsewhere.fetch[0].places == std::vector<std::uint64_t>{1});

  hash unknown;
  unknown.bytes.fill(std::byte{9});
  const auto twice = claim(chunk_bytes + 5, {unknown, unknown});
  REQUIRE(twice.fetch.size() == 2);
  CHECK(twice.fetch_bytes == chunk_bytes + 5);

  // The same length, hence the same subtree, but an old last chunk that grew.
  const auto grown = make_plan(
      *merkle_tree::fold(type, chunk_bytes + 5,
                         std::vector{old_tree.leaf(0), old_tree.leaf(1)}),
      tree_of({old_data.begin(), old_data.begin() + 2 * chunk_bytes}));
  CHECK(grown.keep.count() == 1);
  CHECK_FALSE(grown.nothing_to_do);
}
