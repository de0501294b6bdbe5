// SPDX-License-Identifier: BSD-3-Clause
#include "actors/remote_object.hpp"

#include "core/hasher.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recorders.hpp"

using namespace troupe;

namespace {

constexpr auto type = hash_type::blake2b;
constexpr std::uint64_t limit = 1u << 30;

merkle_tree tree_of(std::uint64_t length) {
  std::vector<hash> leaves(chunk_count(length));
  for (std::size_t i = 0; i < leaves.size(); ++i)
    leaves[i] = hash_of(type, test::pattern(8, i));
  return *merkle_tree::fold(type, length, leaves);
}

blob object_of(const merkle_tree& tree) {
  object_header header;
  header.size = tree.shape().length;
  header.metadata.mode = 0100644;
  header.name = "dir/file";
  return make_tree_object(header, tree);
}

} // namespace

TEST_CASE("a small tree is complete with its first part",
          "[actors][remote_object]") {
  const auto size = GENERATE(0u, 1u, 32768u, 32769u, 5'000'000u);
  const auto tree = size == 0 ? merkle_tree{} : tree_of(size);
  auto object = remote_object::from_first(type, object_of(tree), limit);
  REQUIRE(object);
  CHECK(object->parts() == 1);
  CHECK(object->complete());
  CHECK(object->header().name == "dir/file");
  const auto parsed = object->tree();
  REQUIRE(parsed);
  CHECK(parsed->root() == tree.root());
}

TEST_CASE("a large tree needs its parts, in any order",
          "[actors][remote_object]") {
  const auto tree = tree_of(64u << 20);
  const auto whole = object_of(tree);
  auto object = remote_object::from_first(type, part_of(whole, 0), limit);
  REQUIRE(object);
  CHECK(object->parts() == 5);
  for (std::uint64_t part : {3, 1, 4, 2}) {
    CHECK_FALSE(object->complete());
    CHECK(object->part_hash(part) ==
          file_part_hash(type, object->header(), tree.root(), part));
    CHECK(object->add_part(part, part_of(whole, part)));
  }
  CHECK(object->complete());
  const auto parsed = object->tree();
  REQUIRE(parsed);
  CHECK(std::ranges::equal(parsed->bytes(), tree.bytes()));
}

TEST_CASE("parts of a wrong length are refused", "[actors][remote_object]") {
  const auto whole = object_of(tree_of(64u << 20));
  auto object = remote_object::from_first(type, part_of(whole, 0), limit);
  REQUIRE(object);
  CHECK_FALSE(object->add_part(1, part_of(whole, 4)));
  CHECK_FALSE(object->complete());
  CHECK_FALSE(
      remote_object::from_first(type, part_of(whole, 0).slice(0, 100), limit));
}

TEST_CASE("parts that do not belong together are no tree",
          "[actors][remote_object]") {
  const auto whole = object_of(tree_of(64u << 20));
  auto object = remote_object::from_first(type, part_of(whole, 0), limit);
  REQUIRE(object);
  for (std::uint64_t part = 1; part < 4; ++part)
    object->add_part(part, part_of(whole, part));
  std::vector<std::byte> last(part_of(whole, 4).size(), std::byte{7});
  object->add_part(4, blob{last});
  REQUIRE(object->complete());
  CHECK_FALSE(object->tree());
}

TEST_CASE("an announced size over the limit is refused",
          "[actors][remote_object]") {
  const auto whole = object_of(tree_of(2u << 20));
  const auto object = remote_object::from_first(type, whole, 1u << 20);
  REQUIRE_FALSE(object);
  CHECK(object.error().code == errc::too_large);
}
