// SPDX-License-Identifier: BSD-3-Clause
#include "core/catalogue.hpp"
#include "tests/core/trees.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto no_limit = ~std::uint64_t{0};

bool same(const catalogue_entry& a, const catalogue_entry& b) {
  return a.path == b.path && a.metadata == b.metadata && a.size == b.size &&
         a.root == b.root && a.target == b.target;
}

bool same(const catalogue& a, const catalogue& b) {
  return a.name == b.name && a.pack.root == b.pack.root &&
         a.pack.blocks == b.pack.blocks && a.pack.header == b.pack.header &&
         a.pack.symbol_bytes == b.pack.symbol_bytes &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(),
                    b.entries.end(),
                    [](const auto& x, const auto& y) { return same(x, y); });
}

/// H("abc").
const std::string abc =
    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";

/// Written by hand from the format.
const std::string golden =
    "74726f757065430100016400000088" // magic, version, "d", pack follows
    "74726f7570654d0102000558"       // a manifest: BLAKE2b, T = 1368
    "000000380000000000000003"       // its header: memory, 3 bytes
    "0000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000" +
    abc + abc + // root, block
    "00000004"  // entries
    // top: 040755, 1000, 1001, 1700000000.123456789, -1.999999999
    "000041ed000003e8000003e9000000006553f100075bcd15ffffffffffffffff3b9ac9ff"
    "0000000000000000000000000000"
    // "ab", a directory
    "000041c000000000000000000000000000000001000000000000000000000002"
    "0000000000000000000000000000000261620000"
    // "ab/c": 2 bytes are as before; a file of 3 bytes
    "000081a400000001000000020000000000000003000000040000000000000005"
    "000000060000000000000003000200022f630000" +
    abc +
    // "abc", a link to "../x"
    "0000a1ff000000070000000800000000000000090000000a000000000000000b"
    "0000000c0000000000000000000200016300042e2e2f78";

catalogue golden_value() {
  catalogue value;
  value.name = "d";
  value.entries = {
      {"", {S_IFDIR | 0755, 1000, 1001, 1700000000, 123456789, -1, 999999999},
       0, {}, {}},
      {"ab", {S_IFDIR | 0700, 0, 0, 1, 0, 2, 0}, 0, {}, {}},
      {"ab/c", {S_IFREG | 0644, 1, 2, 3, 4, 5, 6}, 3, hash_from(abc), {}},
      {"abc", {S_IFLNK | 0777, 7, 8, 9, 10, 11, 12}, 0, {}, "../x"}};
  object_header header;
  header.size = 3;
  const std::vector<hash> leaves{hash_from(abc)};
  value.pack = make_manifest(
      hash_type::blake2b, 1368, header,
      *merkle_tree::fold(hash_type::blake2b, 3, leaves));
  return value;
}

} // namespace

TEST_CASE("a catalogue has the bytes that the format says", "[catalogue]") {
  const auto made = serialise(golden_value());
  CHECK(hex(made) == golden);
  const auto read = parse_catalogue(from_hex_text(golden), 3);
  REQUIRE(read);
  CHECK(same(*read, golden_value()));
  CHECK(read->pack.type == hash_type::blake2b);
  CHECK(parse_catalogue(from_hex_text(golden), 2).error().code ==
        errc::too_large);
}

TEST_CASE("every catalogue is read back as it was written", "[catalogue]") {
  std::mt19937_64 random{1};
  for (auto round = 0; round < 200; ++round) {
    INFO("round " << round);
    auto value = *describe(random_tree(random, 60)).what;
    for (auto& entry : value.entries) {
      auto& meta = entry.metadata;
      meta.mode ^= static_cast<std::uint32_t>(random() % 010000);
      meta.uid = static_cast<std::uint32_t>(random());
      meta.gid = static_cast<std::uint32_t>(random());
      meta.mtime_s = static_cast<std::int64_t>(random());
      meta.atime_s = static_cast<std::int64_t>(random());
      meta.mtime_ns = random() % 1'000'000'000;
      meta.atime_ns = random() % 1'000'000'000;
    }
    const auto wire = serialise(value);
    const auto read = parse_catalogue(wire, value.pack.header.size);
    REQUIRE(read);
    REQUIRE(same(*read, value));
    REQUIRE(serialise(*read) == wire);
  }
}

TEST_CASE("the longest names and deepest directories travel", "[catalogue]") {
  auto all = empty_tree();
  std::string path;
  while (path.size() + 2 <= max_path_bytes) {
    path += path.empty() ? "d" : "/d";
    all[path] = node::directory();
  }
  CHECK(path.size() == max_path_bytes);
  const std::string longest(255, 'x');
  all[longest] = node::link(std::string(max_path_bytes, 't'));
  const auto value = describe(all, longest);
  const auto read = parse_catalogue(serialise(*value.what), no_limit);
  REQUIRE(read);
  CHECK(same(*read, *value.what));
}

TEST_CASE("an empty directory is a catalogue, too", "[catalogue]") {
  const auto value = describe(empty_tree());
  const auto read = parse_catalogue(serialise(*value.what), 0);
  REQUIRE(read);
  CHECK(read->entries.size() == 1);
  CHECK(read->pack.header.size == 0);
}

TEST_CASE("names that lead out of a directory are not beneath it",
          "[catalogue]") {
  for (const std::string good : {"a", "a/b", "...", "..a", "a..", ".a", "a/.b/c",
                                 " ", "\n", "\\", "~", "\xff\xfe"})
    CHECK(is_beneath(good));
  for (const std::string bad :
       {"", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/..", "a/.",
        "a/../b", "a/./b", "a/../../b", "/etc/passwd", "//"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_beneath(bad));
  }
  CHECK_FALSE(is_beneath(std::string("a\0b", 3)));
  CHECK_FALSE(is_beneath(std::string("\0", 1)));
  CHECK(is_beneath(std::string(255, 'x')));
  CHECK_FALSE(is_beneath(std::string(256, 'x')));
  CHECK_FALSE(is_beneath("a/" + std::string(256, 'x')));
  std::string deep;
  while (deep.size() < max_path_bytes)
    deep += deep.size() % 2 == 0 ? 'd' : '/';
  CHECK(is_beneath(deep));
  CHECK_FALSE(is_beneath(deep + "d"));
}

TEST_CASE("a directory comes before what is in it, and that before the rest",
          "[catalogue]") {
  const std::vector<std::string> sorted{"",     "a",   "a/b", "a/b/c", "a/c",
                                        "a\x01", "a-b", "a.c", "aa",    "b",
                                        "\xc3\xa9"};
  for (std::size_t i = 0; i < sorted.size(); ++i)
    for (std::size_t k = 0; k < sorted.size(); ++k) {
      CAPTURE(sorted[i], sorted[k]);
      CHECK(path_less(sorted[i], sorted[k]) == (i < k));
    }
}
