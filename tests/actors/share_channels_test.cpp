// SPDX-License-Identifier: BSD-3-Clause
#include "actors/share_channels.hpp"

#include "core/channel_key.hpp"
#include "core/manifest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/world.hpp"
#include "transport/range_packet.hpp"

using namespace troupe;
using namespace troupe::test;
using content = shared_channel::content;

namespace {

constexpr auto type = hash_type::blake2b;

struct fixture {
  std::vector<std::byte> data = pattern(40 * chunk_bytes + 7, 1);
  merkle_tree tree = tree_of(type, data);
  subtree_cut ranges = cut_tree(tree.shape(), range_chunks);
  share_index index = index_with(default_range_symbol_bytes);
  share_index classic_only = index_with(0);

  share_index index_with(std::uint16_t symbol_bytes) const {
    share_index result{type, symbol_bytes};
    object_header header;
    header.size = data.size();
    header.metadata.mode = 0100644;
    header.name = "file";
    result.add_file(header, tree, make_blob_source(blob::copy_of(data)));
    return result;
  }

  const hash& range(std::uint64_t number) const {
    return tree.node(ranges.node(number));
  }
  std::optional<shared_channel> find(const hash& id) const {
    return find_channel(index, group_of(id));
  }
  std::optional<shared_channel> find(channel_kind kind, const hash& node,
                                     std::uint32_t number = 0) const {
    return find(channel_id_of(kind, node, number));
  }
};

byte_range bytes_of_range(const shared_channel& channel) {
  return std::get<indexed_range>(channel.object.entry).range;
}
byte_range bytes_of_chunk(const shared_channel& channel) {
  return std::get<indexed_chunk>(channel.object.entry).range;
}

} // namespace

TEST_CASE_METHOD(fixture, "names, tree parts and chunks are classic channels",
                 "[actors][share_channels]") {
  const auto by_name = find(hash_of(type, "file"));
  REQUIRE(by_name);
  CHECK(by_name->what == content::classic);
  CHECK(std::holds_alternative<indexed_object>(by_name->object.entry));
  const auto chunk = find(tree.leaf(40));
  REQUIRE(chunk);
  CHECK(chunk->what == content::classic);
  CHECK(chunk->object.id == tree.leaf(40));
  CHECK(bytes_of_chunk(*chunk) == byte_range{40 * chunk_bytes, 7});
}

TEST_CASE_METHOD(fixture, "manifests and leaf blocks travel as classic objects",
                 "[actors][share_channels]") {
  const auto described = find(channel_kind::manifest, hash_of(type, "file"));
  REQUIRE(described);
  CHECK(described->what == content::classic);
  const auto read = parse_manifest(
      std::get<indexed_object>(described->object.entry).bytes.view(),
      data.size());
  REQUIRE(read);
  REQUIRE(read->blocks.size() == 1);
  const auto leaves = find(channel_kind::leaves, read->blocks.front());
  REQUIRE(leaves);
  CHECK(leaves->what == content::classic);
  CHECK(std::get<indexed_object>(leaves->object.entry).bytes.size() ==
        41 * hash_bytes);
}

TEST_CASE_METHOD(fixture, "an inner node's data is its range",
                 "[actors][share_channels]") {
  REQUIRE(ranges.count() == 2);
  for (std::uint64_t i = 0; i < 2; ++i) {
    const auto found = find(channel_kind::data, range(i));
    REQUIRE(found);
    CHECK(found->what == content::data);
    CHECK(found->tag == range_tag(range(i)));
    CHECK(bytes_of_range(*found) == ranges.bytes(i));
  }
}

TEST_CASE_METHOD(fixture, "a leaf's data is its chunk",
                 "[actors][share_channels]") {
  for (const std::uint64_t chunk : {0u, 17u, 40u}) {
    const auto found = find(channel_kind::data, tree.leaf(chunk));
    REQUIRE(found);
    CHECK(found->what == content::data);
    CHECK(found->tag == range_tag(tree.leaf(chunk)));
    CHECK(bytes_of_chunk(*found) == chunk_range(data.size(), chunk));
  }
}

TEST_CASE_METHOD(fixture, "repair channels say which one they are",
                 "[actors][share_channels]") {
  for (const auto number : {0u, 1u, 255u, 256u, repair_channels - 1}) {
    const auto of_range = find(channel_kind::repair, range(1), number);
    REQUIRE(of_range);
    CHECK(of_range->what == content::repair);
    CHECK(of_range->index == number);
    CHECK(of_range->tag == range_tag(range(1)));
    CHECK(bytes_of_range(*of_range) == ranges.bytes(1));
    const auto of_chunk = find(channel_kind::repair, tree.leaf(3), number);
    REQUIRE(of_chunk);
    CHECK(of_chunk->what == content::repair);
    CHECK(of_chunk->index == number);
    CHECK(bytes_of_chunk(*of_chunk) == chunk_range(data.size(), 3));
  }
}

TEST_CASE_METHOD(fixture, "a repair channel tells the group of its data",
                 "[actors][share_channels]") {
  for (const auto number : {0u, 1u, 256u, repair_channels - 1})
    for (const auto& node : {range(1), tree.leaf(3)})
      for (const auto flags : {std::uint8_t{0x1e}, std::uint8_t{0x15}}) {
        const auto mended =
            group_of(channel_id_of(channel_kind::data, node), flags);
        const auto repair = group_of(
            channel_id_of(channel_kind::repair, node, number), flags);
        CHECK(data_group_of(repair) == mended);
      }
}

TEST_CASE_METHOD(fixture, "an index that is too large is no channel",
                 "[actors][share_channels]") {
  for (const auto& node : {range(0), tree.leaf(0)}) {
    CHECK_FALSE(find(channel_kind::repair, node, repair_channels));
    CHECK_FALSE(find(channel_kind::repair, node, channel_index_max));
    CHECK_FALSE(find(channel_kind::data, node, 1)); // there is one of each
    CHECK_FALSE(find(channel_kind::data, node, 0x010000));
  }
}

TEST_CASE_METHOD(fixture, "what is not shared is no channel of any kind",
                 "[actors][share_channels]") {
  const auto unknown = hash_of(type, "another");
  CHECK_FALSE(find(unknown));
  for (const auto kind : {channel_kind::manifest, channel_kind::leaves,
                          channel_kind::data, channel_kind::repair})
    CHECK_FALSE(find(kind, unknown));
  CHECK_FALSE(find(range(0)));   // an inner node has no classic channel
  CHECK_FALSE(find(tree.root())); // nor has the root
  CHECK_FALSE(find(channel_kind::data, tree.root())); // it is too wide
  CHECK_FALSE(find(channel_kind::data, hash_of(type, "file")));
}

TEST_CASE_METHOD(fixture, "an index without range channels has classic ones",
                 "[actors][share_channels]") {
  const auto in_classic = [&](const hash& id) {
    return find_channel(classic_only, group_of(id));
  };
  CHECK(in_classic(hash_of(type, "file")));
  CHECK(in_classic(tree.leaf(0)));
  CHECK_FALSE(in_classic(
      channel_id_of(channel_kind::manifest, hash_of(type, "file"))));
  for (const auto& node : {range(0), tree.leaf(0)}) {
    CHECK_FALSE(in_classic(channel_id_of(channel_kind::data, node)));
    CHECK_FALSE(in_classic(channel_id_of(channel_kind::repair, node)));
  }
}

TEST_CASE_METHOD(fixture, "the scope of the group does not matter",
                 "[actors][share_channels]") {
  const auto id = channel_id_of(channel_kind::repair, range(0), 9);
  const auto found = find_channel(index, group_of(id, 0x05));
  REQUIRE(found);
  CHECK(found->index == 9);
}
