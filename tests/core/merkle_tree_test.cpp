// SPDX-License-Identifier: BSD-3-Clause
#include "core/merkle_tree.hpp"
#include "tests/core/vectors.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

std::vector<hash> leaves_of(hash_type type, std::span<const std::byte> data) {
  std::vector<hash> leaves;
  for (std::uint64_t i = 0; i < chunk_count(data.size()); ++i) {
    const auto range = chunk_range(data.size(), i);
    leaves.push_back(hash_of(type, data.subspan(range.offset, range.length)));
  }
  return leaves;
}

merkle_tree tree_of(hash_type type, std::span<const std::byte> data) {
  auto tree = merkle_tree::fold(type, data.size(), leaves_of(type, data));
  REQUIRE(tree);
  return *tree;
}

errc parse_error(hash_type type, std::uint64_t length,
                 std::span<const std::byte> nodes) {
  const auto tree = merkle_tree::parse(type, length, nodes);
  return tree ? errc::none : tree.error().code;
}

} // namespace

TEST_CASE("trees equal librecast's for all sizes", "[merkle][vectors]") {
  for_each_vectors([](hash_type type, const nlohmann::json& vectors) {
    REQUIRE(vectors["trees"].size() == 20);
    for (const auto& each : vectors["trees"]) {
      const std::size_t size = each["size"];
      CAPTURE(size, each["gen"].get<int>());
      const auto tree =
          tree_of(type, each["gen"] == 1 ? gen1(size) : gen2(size));
      CHECK(tree.shape().chunks == each["chunks"]);
      CHECK(tree.shape().base == each["base"]);
      CHECK(tree.shape().nodes == each["nodes"]);
      CHECK(to_hex(tree.root()) == each["root"]);
      CHECK(hex(tree.bytes()) == each["tree"]);
      CHECK(tree.shape().base - 1 == each["data_min"]);
      CHECK(tree.leaves().size() == tree.shape().chunks);

      const auto parsed =
          merkle_tree::parse(type, size, from_hex_text(each["tree"]));
      REQUIRE(parsed);
      CHECK(parsed->root() == tree.root());
    }
  });
}

TEST_CASE("leaves below a node equal librecast's table", "[merkle][vectors]") {
  for_each_vectors([](hash_type, const nlohmann::json& vectors) {
    REQUIRE(vectors["subtree"].size() == 26);
    for (const auto& row : vectors["subtree"]) {
      const std::uint64_t base = row[0];
      const auto shape = shape_of(base * chunk_bytes);
      const auto span = leaves_below(shape, row[1]);
      CHECK(base - 1 + span.first == row[2]);
      CHECK(base - 1 + span.last == row[3]);
    }
  });
}

TEST_CASE("every length up to 2^62 has a shape", "[merkle]") {
  const auto shape = shape_of(std::uint64_t{1} << 62);
  CHECK(shape.chunks == std::uint64_t{1} << 47);
  CHECK(shape.nodes == (std::uint64_t{1} << 48) - 1);
  const auto next = shape_of((std::uint64_t{1} << 61) + 1);
  CHECK(next.chunks == (std::uint64_t{1} << 46) + 1);
  CHECK(next.base == std::uint64_t{1} << 47);
  const auto all = leaves_below(next, 0);
  CHECK(all.first == 0);
  CHECK(all.last == next.base - 1);
  CHECK(leaves_below(next, next.nodes - 1).first == next.base - 1);
}

TEST_CASE("a fold wants exactly one leaf per chunk", "[merkle]") {
  const std::vector<hash> three(3);
  const auto code = [&](std::uint64_t length) {
    const auto tree = merkle_tree::fold(hash_type::blake2b, length, three);
    return tree ? errc::none : tree.error().code;
  };
  CHECK(code(2 * chunk_bytes) == errc::invalid_argument);
  CHECK(code(2 * chunk_bytes + 1) == errc::none);
  CHECK(code(3 * chunk_bytes) == errc::none);
  CHECK(code(3 * chunk_bytes + 1) == errc::invalid_argument);
  CHECK(code(std::uint64_t{1} << 62) == errc::invalid_argument);
}

TEST_CASE("padding folds as hashes of zeros, not as zeros", "[merkle]") {
  for_each_hash_type([](hash_type type) {
    const auto tree = tree_of(type, gen1(8 * chunk_bytes + 1));
    const auto zeros = hash_pair(type, hash{}, hash{});
    CHECK(tree.node(24) == hash{}); // second child of 11
    CHECK(tree.node(12) == zeros);  // no chunk below
    CHECK(tree.node(6) == hash_pair(type, zeros, zeros));
    CHECK(tree.node(5) == hash_pair(type, tree.node(11), zeros));
    CHECK(tree.node(11) == hash_pair(type, tree.leaf(8), hash{}));
  });
}

TEST_CASE("the tree of nothing is one zero node", "[merkle]") {
  const merkle_tree nothing;
  CHECK(nothing.root().is_zero());
  CHECK(nothing.shape() == shape_of(0));
  CHECK(parse_error(hash_type::blake2b, 0, {}) == errc::none);
  CHECK(parse_error(hash_type::blake2b, 0, nothing.bytes()) == errc::none);
  CHECK(parse_error(hash_type::blake2b, 0, bytes(32, std::byte{1})) ==
        errc::bad_object);
}

TEST_CASE("a tree of the wrong number of nodes is refused", "[merkle]") {
  const auto tree = tree_of(hash_type::blake2b, gen1(3 * chunk_bytes));
  const auto nodes = tree.bytes();
  const auto length = 3 * chunk_bytes;
  for (std::size_t size = 0; size < nodes.size(); size += 31)
    CHECK(parse_error(hash_type::blake2b, length, nodes.first(size)) ==
          errc::bad_object);
  // No memory is taken for what is not there.
  CHECK(parse_error(hash_type::blake2b, ~std::uint64_t{0}, nodes) ==
        errc::bad_object);
  CHECK(parse_error(hash_type::blake2b, std::uint64_t{1} << 62, nodes) ==
        errc::bad_object);
}

TEST_CASE("any changed byte of a tree is noticed", "[merkle]") {
  for_each_hash_type([](hash_type type) {
    const std::size_t length = 4 * chunk_bytes + 77;
    const auto tree = tree_of(type, gen2(length));
    bytes nodes(tree.bytes().begin(), tree.bytes().end());
    REQUIRE(parse_error(type, length, nodes) == errc::none);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      nodes[i] ^= std::byte{1};
      const auto node = i / hash_bytes;
      const auto padding = node >= tree.shape().base - 1 + tree.shape().chunks;
      CHECK(parse_error(type, length, nodes) ==
            (padding ? errc::bad_object : errc::hash_mismatch));
      nodes[i] ^= std::byte{1};
    }
  });
}

TEST_CASE("a tree with a hole before its end is refused", "[merkle]") {
  const auto type = hash_type::blake2b;
  auto leaves = leaves_of(type, gen1(3 * chunk_bytes));
  leaves[1] = hash{};
  const auto tree = merkle_tree::fold(type, 3 * chunk_bytes, leaves);
  REQUIRE(tree);
  CHECK(parse_error(type, 3 * chunk_bytes, tree->bytes()) == errc::bad_object);
  CHECK(parse_error(type, 1, bytes(32)) == errc::bad_object);
}
