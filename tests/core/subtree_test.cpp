// SPDX-License-Identifier: BSD-3-Clause
#include "core/subtree.hpp"

#include "tests/core/vectors.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

std::vector<hash> random_leaves(std::uint64_t count) {
  std::mt19937_64 random{count};
  std::vector<hash> leaves(count);
  for (auto& leaf : leaves) {
    const auto data = random_bytes(random, hash_bytes);
    std::copy(data.begin(), data.end(), leaf.bytes.begin());
  }
  return leaves;
}

/// An object of `chunks` chunks whose last one has 100 bytes.
constexpr std::uint64_t length_of(std::uint64_t chunks) {
  return (chunks - 1) * chunk_bytes + 100;
}

} // namespace

TEST_CASE("subtrees fold to the nodes of the tree that they are cut from",
          "[subtree]") {
  const auto chunks = GENERATE(1u, 2u, 3u, 31u, 32u, 33u, 63u, 64u, 65u, 1023u,
                               1024u, 1025u, 2047u, 2049u, 3000u);
  const auto width = GENERATE(1u, 2u, 32u, 1024u, 4096u);
  INFO(chunks << " chunks cut at " << width);
  const auto leaves = random_leaves(chunks);
  const auto type = hash_type::blake2b;
  const auto tree = merkle_tree::fold(type, length_of(chunks), leaves);
  REQUIRE(tree);
  const auto cut = cut_tree(tree->shape(), width);
  CHECK(cut.width == std::min<std::uint64_t>(width, tree->shape().base));
  std::vector<hash> roots;
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < cut.count(); ++i) {
    REQUIRE(cut.first_chunk(i) == next);
    REQUIRE(cut.chunks(i) > 0);
    REQUIRE(cut.chunks(i) <= cut.width);
    next += cut.chunks(i);
    roots.push_back(fold_leaves(
        type, std::span{leaves}.subspan(cut.first_chunk(i), cut.chunks(i)),
        cut.width));
    REQUIRE(roots.back() == tree->node(cut.node(i)));
  }
  CHECK(next == chunks);
  CHECK(fold_subtrees(type, cut, roots) == tree->root());
}

TEST_CASE("every hash type folds subtrees as the tree does", "[subtree]") {
  for_each_hash_type([](hash_type type) {
    const auto leaves = random_leaves(70);
    const auto tree = merkle_tree::fold(type, length_of(70), leaves);
    REQUIRE(tree);
    const auto cut = cut_tree(tree->shape(), range_chunks);
    REQUIRE(cut.count() == 3);
    std::vector<hash> roots;
    for (std::uint64_t i = 0; i < 3; ++i)
      roots.push_back(fold_leaves(
          type, std::span{leaves}.subspan(cut.first_chunk(i), cut.chunks(i)),
          cut.width));
    CHECK(fold_subtrees(type, cut, roots) == tree->root());
    std::swap(roots[0], roots[1]);
    CHECK_FALSE(fold_subtrees(type, cut, roots) == tree->root());
  });
}

TEST_CASE("node numbers are those of the heap, and lie above their chunks",
          "[subtree]") {
  for (const auto chunks : {1u, 2u, 32u, 33u, 1024u, 1025u, 3000u})
    for (const auto width : {1u, 32u, 1024u}) {
      const auto shape = shape_of(length_of(chunks));
      const auto cut = cut_tree(shape, width);
      for (std::uint64_t i = 0; i < cut.count(); ++i) {
        INFO(chunks << " chunks, width " << width << ", subtree " << i);
        const auto below = leaves_below(shape, cut.node(i));
        REQUIRE(below.first == cut.first_chunk(i));
        REQUIRE(below.last == cut.first_chunk(i) + cut.width - 1);
      }
    }
}

TEST_CASE("the bytes of the subtrees are the object, once and in order",
          "[subtree]") {
  constexpr std::uint64_t range = range_chunks * chunk_bytes;
  for (const std::uint64_t length :
       std::vector<std::uint64_t>{1, chunk_bytes, chunk_bytes + 1, range - 1,
                                  range, range + 1, 100'000'000}) {
    const auto cut = cut_tree(shape_of(length), range_chunks);
    std::uint64_t at = 0;
    for (std::uint64_t i = 0; i < cut.count(); ++i) {
      const auto bytes = cut.bytes(i);
      REQUIRE(bytes.offset == at);
      REQUIRE(bytes.length > 0);
      REQUIRE(chunk_count(bytes.length) == cut.chunks(i));
      at += bytes.length;
    }
    CHECK(at == length);
  }
}
