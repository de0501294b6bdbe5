// SPDX-License-Identifier: BSD-3-Clause
#include "core/net_tree.hpp"
#include "tests/core/vectors.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::test;

namespace {

file_metadata fixed_stat(const nlohmann::json& vectors) {
  const auto& stat = vectors["fixed_stat"];
  file_metadata metadata;
  metadata.mode = stat["mode"];
  metadata.uid = stat["uid"];
  metadata.gid = stat["gid"];
  metadata.mtime_s = stat["mtime_s"];
  metadata.mtime_ns = stat["mtime_n"];
  return metadata;
}

merkle_tree tree_of(hash_type type, std::span<const std::byte> data) {
  std::vector<hash> leaves;
  for (std::uint64_t i = 0; i < chunk_count(data.size()); ++i) {
    const auto range = chunk_range(data.size(), i);
    leaves.push_back(hash_of(type, data.subspan(range.offset, range.length)));
  }
  auto tree = merkle_tree::fold(type, data.size(), leaves);
  REQUIRE(tree);
  return *tree;
}

hash filled(int value) {
  hash result;
  result.bytes.fill(static_cast<std::byte>(value));
  return result;
}

} // namespace

TEST_CASE("channel hashes equal librecast's", "[net_tree][vectors]") {
  for_each_vectors([](hash_type type, const nlohmann::json& vectors) {
    const auto metadata = fixed_stat(vectors);
    const auto root = tree_of(type, gen2(5000)).root();
    const auto part = [&](const char* name, std::uint64_t n) {
      return to_hex(file_part_hash(type, {5000, metadata, name}, root, n));
    };
    CHECK(part("share/sub/file", 0) ==
          vectors["tree_hash_sb_n0_share/sub/file"]);
    CHECK(part("share/sub/file", 1) ==
          vectors["tree_hash_sb_n1_share/sub/file"]);
    CHECK(part("file", 0) == vectors["tree_hash_sb_n0_file"]);
    CHECK(to_hex(memory_part_hash(type, root, 0)) ==
          vectors["tree_hash_sb_n0_nullsb_nullpath"]);
    CHECK(to_hex(symlink_hash(type, {0, metadata, "share/link"})) ==
          vectors["tree_hash_sb_nulltree_share/link"]);
    CHECK(
        to_hex(file_part_hash(type, {0, metadata, "share/empty"}, hash{}, 0)) ==
        vectors["tree_hash_sb_zerotree_share/empty"]);

    const std::vector children{filled(0x11), filled(0x22)};
    const object_header sub{0, metadata, "share/sub"};
    CHECK(to_hex(directory_hash(type, sub, children, false)) ==
          vectors["hash_entry_share/sub_2ents_11_22"]);
    CHECK(to_hex(directory_hash(type, sub, children, true)) ==
          vectors["hash_entry_top_2ents_11_22"]);
    CHECK(to_hex(directory_hash(type, sub, {}, true)) ==
          vectors["hash_entry_top_empty"]);
  });
}

TEST_CASE("the hash of a part goes by the kind of its header", "[net_tree]") {
  const auto root = filled(3);
  const object_header memory{70000, {}, ""};
  object_header file{70000, {}, "a"};
  file.metadata.mode = S_IFREG | 0644;
  for_each_hash_type([&](hash_type type) {
    CHECK(tree_part_hash(type, memory, root, 1) ==
          memory_part_hash(type, root, 1));
    CHECK(tree_part_hash(type, file, root, 1) ==
          file_part_hash(type, file, root, 1));
  });
}

TEST_CASE("the object of memory equals librecast's", "[net_tree][vectors]") {
  for_each_vectors([](hash_type type, const nlohmann::json& vectors) {
    const auto& expected = vectors["mem"];
    if (expected["blob"] == "") {
      WARN("skipped for " << to_string(type)
                          << ": its vectors have no object of memory");
      return;
    }
    const auto tree = tree_of(type, gen2(98309));
    const object_header header{98309, {}, ""};
    const auto object = make_tree_object(header, tree);
    CHECK(hex(object.view()) == expected["blob"]);
    CHECK(to_hex(memory_part_hash(type, tree.root(), 0)) == expected["key"]);
    const auto parsed = parse_header(object.view(), 98309);
    REQUIRE(parsed);
    CHECK(*parsed == header);
    CHECK(parsed->kind() == object_kind::memory);
  });
}

TEST_CASE("only what follows the share's own name is hashed", "[net_tree]") {
  CHECK(relative_path("share/sub/file") == "/sub/file");
  CHECK(relative_path("file") == "file");
  CHECK(relative_path("/file") == "/file");
  CHECK(relative_path("share/") == "/");
  CHECK(relative_path("").empty());
}

TEST_CASE("hashed metadata is 26 packed little-endian bytes", "[net_tree]") {
  file_metadata metadata;
  metadata.mode = 0xabcd81a4;
  metadata.uid = 0x01020304;
  metadata.gid = 0x05060708;
  metadata.mtime_s = -2;
  metadata.mtime_ns = 15;
  metadata.atime_s = 99;
  CHECK(hex(stat_bits(metadata)) == "a481"
                                    "04030201"
                                    "08070605"
                                    "feffffffffffffff"
                                    "0800000000000000");
}

TEST_CASE("a large tree is cut into parts that join to the object",
          "[net_tree]") {
  const std::uint64_t length = 9u << 20;
  const std::vector<hash> leaves(chunk_count(length), filled(1));
  const auto tree = merkle_tree::fold(hash_type::blake2b, length, leaves);
  REQUIRE(tree);
  object_header header{length, {}, "big.bin"};
  header.metadata.mode = S_IFREG | 0644;
  const auto object = make_tree_object(header, *tree);
  CHECK(object.size() == object_bytes(header));
  REQUIRE(part_count(header) == 2);
  CHECK(part_of(object, 0).size() == 32768);
  CHECK(part_of(object, 1).size() == 31); // as captured from librecast
  CHECK(part_of(object, 2).empty());
  CHECK(part_of(object, ~std::uint64_t{0}).empty());
  bytes joined;
  for (std::uint64_t i = 0; i < 2; ++i) {
    const auto part = part_of(object, i);
    joined.insert(joined.end(), part.view().begin(), part.view().end());
  }
  CHECK(hex(joined) == hex(object.view()));
  const auto parsed = parse_header(part_of(object, 0).view(), length);
  REQUIRE(parsed);
  CHECK(*parsed == header);
}

TEST_CASE("listings and links come back as they were made", "[net_tree]") {
  object_header header{0, {}, "share/sub"};
  header.metadata.mode = S_IFDIR | 0755;
  header.metadata.mtime_s = -5;
  header.metadata.atime_ns = 999'999'999;
  for (std::size_t count : {0u, 1u, 2000u}) {
    std::vector<hash> children(count, filled(7));
    const auto object = make_directory_object(header, children);
    CHECK(object.size() == 56 + 9 + 32 * count);
    const auto parsed = parse_header(object.view(), object.size());
    REQUIRE(parsed);
    CHECK(parsed->size == object.size());
    CHECK(parsed->metadata == header.metadata);
    CHECK(parsed->kind() == object_kind::directory);
    CHECK(part_count(*parsed) == 1);
    CHECK(object_bytes(*parsed) == object.size());
    const auto listed = parse_directory(object.view());
    REQUIRE(listed);
    CHECK(*listed == children);
    CHECK_FALSE(parse_symlink(object.view()));
  }
  header.metadata.mode = S_IFLNK | 0777;
  const auto link = make_symlink_object(header, "../target");
  const auto target = parse_symlink(link.view());
  REQUIRE(target);
  CHECK(*target == "../target");
  CHECK_FALSE(parse_directory(link.view()));
}

TEST_CASE("a name that does not fit its field is the caller's mistake",
          "[net_tree]") {
  object_header header{0, {}, std::string(max_name_bytes, 'x')};
  header.metadata.mode = S_IFREG;
  CHECK(serialise_header(header).size() == 56 + 65535);
  const auto parsed = parse_header(serialise_header(header), 0);
  REQUIRE(parsed);
  CHECK(*parsed == header);
  header.name += 'x';
  CHECK_THROWS_AS(serialise_header(header), std::length_error);
}
