// SPDX-License-Identifier: BSD-3-Clause
#include "core/range_index.hpp"

#include "core/channel_key.hpp"
#include "core/manifest.hpp"
#include "tests/core/vectors.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

/// No two ranges of it are equal, as they would be in gen2().
bytes test_data(std::uint64_t length) {
  std::mt19937_64 random{length};
  return random_bytes(random, length);
}

/// Shared as a file or, without a name, as memory.
struct shared {
  bytes data;
  object_header header;
  merkle_tree tree;
  share_index index;
  hash first; ///< channel hash of part 0

  shared(hash_type type, std::uint64_t length, std::string name,
         std::uint16_t symbol_bytes = default_range_symbol_bytes)
      : data(test_data(length)), index(type, symbol_bytes) {
    header.size = length;
    header.name = std::move(name);
    std::vector<hash> leaves;
    for (std::uint64_t i = 0; i < chunk_count(length); ++i) {
      const auto range = chunk_range(length, i);
      leaves.push_back(hash_of(
          type, std::span{data}.subspan(range.offset, range.length)));
    }
    if (length > 0)
      tree = *merkle_tree::fold(type, length, leaves);
    const auto content = make_blob_source(blob{data});
    if (header.name.empty()) {
      first = index.add_memory(tree, content, "alias");
    } else {
      header.metadata.mode = 0100644;
      first = index.add_file(header, tree, content);
    }
  }

  std::optional<index_entry> at(channel_kind kind, const hash& node) const {
    const auto id = channel_id_of(kind, node);
    const auto found =
        index.find(std::span{id.bytes}.first(channel_key_bytes));
    if (!found)
      return std::nullopt;
    return found->entry;
  }
};

std::span<const std::byte> object_in(const std::optional<index_entry>& entry) {
  REQUIRE(entry);
  const auto* object = std::get_if<indexed_object>(&*entry);
  REQUIRE(object != nullptr);
  return object->bytes.view();
}

} // namespace

TEST_CASE("manifest, leaf blocks and ranges are found and hold the right bytes",
          "[range_index]") {
  const std::uint64_t chunks = GENERATE(1, 2, 31, 32, 33, 1023, 1024, 1025);
  const std::string name = GENERATE("file", "");
  const auto length = (chunks - 1) * chunk_bytes + 100;
  const shared all{hash_type::blake2b, length, name};
  INFO(chunks << " chunks");

  const auto by_tree = object_in(all.at(channel_kind::manifest, all.first));
  const auto read = parse_manifest(by_tree, length);
  REQUIRE(read);
  CHECK(read->type == hash_type::blake2b);
  CHECK(read->symbol_bytes == 1368);
  CHECK(read->root == all.tree.root());
  CHECK(read->header == all.header);
  const auto name_hash =
      hash_of(hash_type::blake2b, name.empty() ? "alias" : "file");
  const auto by_name = object_in(all.at(channel_kind::manifest, name_hash));
  CHECK(hex(by_name) == hex(by_tree));

  const auto blocks = read->cut();
  CHECK(blocks.count() == (chunks + 1023) / 1024);
  for (std::uint64_t i = 0; i < blocks.count(); ++i) {
    const auto leaves = object_in(all.at(channel_kind::leaves, read->blocks[i]));
    REQUIRE(leaves.size() == blocks.chunks(i) * hash_bytes);
    const auto expected = std::as_bytes(
        all.tree.leaves().subspan(blocks.first_chunk(i), blocks.chunks(i)));
    REQUIRE(std::equal(leaves.begin(), leaves.end(), expected.begin()));
  }

  const auto ranges = cut_tree(all.tree.shape(), range_chunks);
  std::uint64_t covered = 0;
  for (std::uint64_t i = 0; i < ranges.count(); ++i) {
    const auto entry =
        all.at(channel_kind::data, all.tree.node(ranges.node(i)));
    REQUIRE(entry);
    const auto* range = std::get_if<indexed_range>(&*entry);
    REQUIRE(range != nullptr);
    REQUIRE(range->range == ranges.bytes(i));
    bytes got(range->range.length);
    REQUIRE(range->from->read_at(range->range.offset, got) == errc::none);
    REQUIRE(std::equal(got.begin(), got.end(),
                       all.data.begin() +
                           static_cast<std::ptrdiff_t>(covered)));
    covered += got.size();
  }
  CHECK(covered == length);
}

TEST_CASE("an empty object has a manifest and nothing else", "[range_index]") {
  const shared all{hash_type::blake2b, 0, "empty"};
  const auto read =
      parse_manifest(object_in(all.at(channel_kind::manifest, all.first)), 0);
  REQUIRE(read);
  CHECK(read->blocks.empty());
  CHECK(read->header.size == 0);
  // Part 0, its alias, and a manifest below each of these names.
  CHECK(all.index.size() == 4);
}

TEST_CASE("classic entries are the same with range channels and without",
          "[range_index]") {
  for_each_hash_type([](hash_type type) {
    const shared with{type, 40 * chunk_bytes, "file"};
    const shared without{type, 40 * chunk_bytes, "file", 0};
    CHECK(with.index.range_symbol_bytes() == 1368);
    CHECK(without.index.range_symbol_bytes() == 0);
    CHECK(with.first == without.first);
    // Two manifests, one leaf block and two ranges more.
    CHECK(with.index.size() == without.index.size() + 5);
    for (const auto& leaf : with.tree.leaves()) {
      const auto one = with.index.get(leaf);
      const auto other = without.index.get(leaf);
      REQUIRE(one);
      REQUIRE(other);
      CHECK(std::get<indexed_chunk>(*one).range ==
            std::get<indexed_chunk>(*other).range);
    }
    CHECK_FALSE(without.at(channel_kind::manifest, without.first));
    CHECK_FALSE(without.at(channel_kind::data, without.tree.node(1)));
  });
}

TEST_CASE("a copied index keeps its ranges and lets content go with the last",
          "[range_index]") {
  std::weak_ptr<const source> watched;
  {
    share_index copy{hash_type::blake2b};
    {
      const shared all{hash_type::blake2b, 40 * chunk_bytes, "file"};
      const auto node = all.tree.node(cut_tree(all.tree.shape(), 32).node(0));
      const auto id = channel_id_of(channel_kind::data, node);
      copy = all.index;
      watched = std::get<indexed_range>(*copy.get(id)).from;
      CHECK(copy.range_symbol_bytes() == 1368);
    }
    CHECK_FALSE(watched.expired());
  }
  CHECK(watched.expired());
}
