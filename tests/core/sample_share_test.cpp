// SPDX-License-Identifier: BSD-3-Clause
// A directory that librecast indexed, rebuilt from the facts about it.
#include "core/share_index.hpp"
#include "tests/core/vectors.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::test;

namespace {

/// Bytes 24..39 of an object: the one thing that differs from run to run.
void take_access_time(object_header& header, const bytes& object) {
  const auto le64 = [&](std::size_t at) {
    std::uint64_t value = 0;
    for (auto i = at + 8; i-- > at;)
      value = value << 8 | std::to_integer<std::uint64_t>(object.at(i));
    return value;
  };
  header.metadata.atime_s = static_cast<std::int64_t>(le64(24));
  header.metadata.atime_ns = le64(32);
}

object_header header_of(std::string name, std::uint32_t mode,
                        std::uint64_t size = 0) {
  object_header header{size, {}, std::move(name)};
  header.metadata.mode = mode;
  header.metadata.uid = 1000;
  header.metadata.gid = 1001;
  header.metadata.mtime_s = 1700000000;
  header.metadata.mtime_ns = 123456789;
  return header;
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

struct sample_file {
  std::string name;
  std::uint32_t mode;
  bytes data;
};

std::vector<sample_file> sample_files() {
  return {{"sharedir/empty", S_IFREG | 0644, {}},
          {"sharedir/f5000", S_IFREG | 0644, gen2(5000)},
          {"sharedir/f98309", S_IFREG | 0644, gen2(98309)},
          {"sharedir/sub/f1", S_IFREG | 0600, bytes_of("hello\n")},
          {"f5000", S_IFREG | 0644, gen2(5000)}};
}

const nlohmann::json& expected_of(const nlohmann::json& vectors,
                                  const std::string& name) {
  if (name.find('/') == name.npos && name != "sharedir")
    return vectors["single_file"];
  for (const auto& each : vectors["mdex"]["entries"])
    if (each["name"] == name)
      return each;
  FAIL("no vector for " << name);
  return vectors;
}

bytes object_at(const share_index& index, const hash& id) {
  const auto found = index.find(id.bytes);
  REQUIRE(found);
  CHECK(found->id == id);
  const auto* object = std::get_if<indexed_object>(&found->entry);
  REQUIRE(object != nullptr);
  return {object->bytes.view().begin(), object->bytes.view().end()};
}

} // namespace

TEST_CASE("files are indexed as librecast indexes them",
          "[share_index][vectors]") {
  for_each_vectors([](hash_type type, const nlohmann::json& vectors) {
    for (const auto& file : sample_files()) {
      CAPTURE(file.name);
      const auto& expected = expected_of(vectors, file.name);
      const auto blob_bytes = from_hex_text(expected["blob"]);
      auto header = header_of(file.name, file.mode, file.data.size());
      take_access_time(header, blob_bytes);
      const auto tree = tree_of(type, file.data);

      share_index index{type};
      const auto first =
          index.add_file(header, tree, make_blob_source(blob{file.data}));
      CHECK(to_hex(first) == expected["target"]);
      CHECK(hex(object_at(index, first)) == expected["blob"]);
      CHECK(expected["size"] == blob_bytes.size());

      const auto by_name = index.find(hash_of(type, file.name).bytes);
      REQUIRE(by_name);
      CHECK(by_name->id == first);
      if (expected.contains("alias")) {
        CHECK(to_hex(hash_of(type, file.name)) == expected["alias"]);
      }

      const auto parsed = parse_header(blob_bytes, 1u << 20);
      REQUIRE(parsed);
      CHECK(*parsed == header);
      CHECK(object_bytes(*parsed) == blob_bytes.size());
    }
  });
}

TEST_CASE("listings, links and the root of a share equal librecast's",
          "[net_tree][vectors]") {
  for_each_vectors([](hash_type type, const nlohmann::json& vectors) {
    const auto target = [&](const std::string& name) {
      return hash_from(expected_of(vectors, name)["target"]);
    };
    const auto listed = [](const std::vector<hash>& children) {
      std::string text;
      for (const auto& each : children)
        text += to_hex(each);
      return text;
    };
    const std::vector in_sub{target("sharedir/sub/f1")};
    const auto sub = directory_hash(
        type, header_of("sharedir/sub", S_IFDIR | 0755), in_sub, false);
    CHECK(sub == target("sharedir/sub"));
    CHECK(listed(in_sub) == expected_of(vectors, "sharedir/sub")["dir"]);

    const auto link =
        symlink_hash(type, header_of("sharedir/link", S_IFLNK | 0777));
    CHECK(link == target("sharedir/link"));
    const auto emptydir = directory_hash(
        type, header_of("sharedir/emptydir", S_IFDIR | 0755), {}, false);
    CHECK(emptydir == target("sharedir/emptydir"));

    // In descending order of their names.
    const std::vector children{sub,
                               link,
                               target("sharedir/f98309"),
                               target("sharedir/f5000"),
                               emptydir,
                               target("sharedir/empty")};
    CHECK(listed(children) == expected_of(vectors, "sharedir")["dir"]);
    const auto top = header_of("sharedir", S_IFDIR | 0755);
    const auto root = directory_hash(type, top, children, true);
    CHECK(to_hex(root) == vectors["directory_root"]["root"]);
    CHECK(root == target("sharedir"));

    const auto object = make_directory_object(top, children);
    const auto parsed = parse_directory(object.view());
    REQUIRE(parsed);
    CHECK(*parsed == children);
  });
}

TEST_CASE("chunks of a shared file are found by hash and lie in the file",
          "[share_index]") {
  const auto type = hash_type::blake2b;
  const auto data = gen2(98309);
  const auto tree = tree_of(type, data);
  share_index index{type};
  index.add_file(header_of("d/f", S_IFREG | 0644, data.size()), tree,
                 make_blob_source(blob{data}));
  CHECK(index.size() == 4 + 1 + 1);
  for (std::uint64_t i = 0; i < 4; ++i) {
    const auto id = tree.leaf(i);
    const auto found =
        index.find(std::span{id.bytes}.first(index.group_key_bytes));
    REQUIRE(found);
    CHECK(found->id == id);
    const auto* chunk = std::get_if<indexed_chunk>(&found->entry);
    REQUIRE(chunk != nullptr);
    bytes read(chunk->range.length);
    REQUIRE(chunk->from->read_at(chunk->range.offset, read) == errc::none);
    CHECK(hash_of(type, read) == id);
  }
}

TEST_CASE("memory is indexed by its tree and, if asked, by a name",
          "[share_index]") {
  for_each_hash_type([](hash_type type) {
    const auto data = gen1(100000);
    const auto tree = tree_of(type, data);
    share_index index{type};
    const auto first =
        index.add_memory(tree, make_memory_source(data), "greeting");
    CHECK(first == memory_part_hash(type, tree.root(), 0));
    const auto found = index.find(hash_of(type, "greeting").bytes);
    REQUIRE(found);
    CHECK(found->id == first);
    const auto object = object_at(index, first);
    const auto header = parse_header(object, data.size());
    REQUIRE(header);
    CHECK(header->kind() == object_kind::memory);
    const auto parsed =
        merkle_tree::parse(type, header->size, std::span{object}.subspan(56));
    REQUIRE(parsed);
    CHECK(parsed->root() == tree.root());

    const auto unnamed =
        share_index{type}.add_memory(tree, make_memory_source(data));
    CHECK(unnamed == first);
  });
}
