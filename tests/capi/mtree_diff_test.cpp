// SPDX-License-Identifier: BSD-3-Clause
#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <librecast/mtree.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

using namespace capi_test;

namespace {

struct tree {
  explicit tree(bytes data) : content(std::move(data)) {
    REQUIRE(mtree_init(&of, content.size()) == 0);
    REQUIRE(mtree_build(&of, content.data(), nullptr) == 0);
  }
  tree(const tree&) = delete;
  tree& operator=(const tree&) = delete;
  ~tree() { mtree_free(&of); }
  bytes content;
  mtree_t of{};
};

/// Five chunks and 100 bytes; chunks 2 and 5 differ.
struct pair_of_trees {
  tree a{gen2(5 * 32768 + 100)};
  tree b{[] {
    auto data = gen2(5 * 32768 + 100);
    data[2 * 32768 + 5] ^= 1;
    data.back() ^= 1;
    return data;
  }()};

  std::string map(std::size_t root, unsigned bits, std::size_t bytes_shown) {
    errno = 0;
    std::unique_ptr<unsigned char, void (*)(void*)> found{
        mtree_diff_subtree(&a.of, &b.of, root, bits), std::free};
    return found ? hex(found.get(), bytes_shown) : "none";
  }
};

} // namespace

TEST_CASE("a map has a bit for each chunk that differs", "[capi][mtree]") {
  pair_of_trees pair;
  CHECK(pair.map(0, 1, 1) == "24");
  CHECK(pair.map(1, 1, 1) == "04"); // chunks 0..3
  CHECK(pair.map(2, 1, 1) == "02"); // chunks 4..7
  CHECK(pair.map(9, 1, 1) == "01"); // chunk 2
  CHECK(pair.map(7, 1, 1) == "none");
  CHECK(errno == 0);
  std::unique_ptr<unsigned char, void (*)(void*)> whole{
      mtree_diff_map(&pair.a.of, &pair.b.of), std::free};
  REQUIRE(whole);
  CHECK(*whole == 0x24);
  CHECK(mtree_diff_map(&pair.a.of, &pair.a.of) == nullptr);
  CHECK(errno == 0);
}

TEST_CASE("a map has as many bits for a chunk as it was asked for",
          "[capi][mtree]") {
  pair_of_trees pair;
  CHECK(pair.map(0, 2, 2) == "3004"); // of chunk 5's bits only the first
  CHECK(pair.map(0, 3, 3) == "c08100");
  CHECK(pair.map(0, 4, 4) == "000f1000");
  CHECK(pair.map(0, 5, 5) == "007c000200");
  CHECK(pair.map(1, 2, 1) == "30");
  CHECK(pair.map(2, 4, 2) == "1000");
}

TEST_CASE("trees of different shape are not compared", "[capi][mtree]") {
  pair_of_trees pair;
  tree small{gen1(100)};
  CHECK(mtree_diff_map(&pair.a.of, &small.of) == nullptr);
  CHECK(errno == EINVAL);
  CHECK(pair.map(15, 1, 1) == "none");
  CHECK(errno == EINVAL);
  CHECK(pair.map(0, 0, 1) == "none");
  CHECK(errno == EINVAL);
  CHECK(pair.map(0, 32769, 1) == "none");
  CHECK(errno == EINVAL);
  CHECK(mtree_diff_map(nullptr, &small.of) == nullptr);
  CHECK(errno == EINVAL);
}

TEST_CASE("a longer object of the same shape differs where it is longer",
          "[capi][mtree]") {
  tree a{gen2(5 * 32768)};
  tree b{gen2(7 * 32768 + 1)};
  std::unique_ptr<unsigned char, void (*)(void*)> map{
      mtree_diff_map(&a.of, &b.of), std::free};
  REQUIRE(map);
  CHECK(*map == 0xe0);
}

TEST_CASE("a map is printed as digits", "[capi][mtree]") {
  unsigned char map[] = {0x05, 0x80, 0xff};
  char* text = nullptr;
  std::size_t length = 0;
  auto* stream = open_memstream(&text, &length);
  mtree_printmap(map, 20, stream);
  fclose(stream);
  CHECK(std::string{text} == "10100000000000011111\n");
  std::free(text);
}
