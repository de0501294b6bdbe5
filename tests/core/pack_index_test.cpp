// SPDX-License-Identifier: BSD-3-Clause
#include "core/pack_index.hpp"
#include "core/channel_key.hpp"
#include "tests/core/trees.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr auto type = hash_type::blake2b;

const tree_maker maker = [](const std::shared_ptr<const source>& input) {
  return expected<merkle_tree>{hash_all(input)};
};

std::vector<std::shared_ptr<const source>> files_of(const tree& all) {
  std::vector<std::shared_ptr<const source>> files;
  for (const auto& [path, one] : all)
    files.push_back(one.content.empty()
                        ? nullptr
                        : make_blob_source(blob{one.content}));
  return files;
}

errc put(share_index& index, const tree& all, std::string name = "share") {
  const std::array names{hash_of(type, name), hash_of(type, "other")};
  return index_directory_pack(index, name, entries_of(all), files_of(all),
                              names, maker);
}

/// What is sent on a channel.
std::optional<index_entry> sent_for(const share_index& index, channel_kind kind,
                                    const hash& node) {
  const auto id = channel_id_of(kind, node);
  const auto found = index.find(
      std::span{id.bytes}.first(object_directory::group_key_bytes));
  return found ? std::optional{found->entry} : std::nullopt;
}

/// The whole of an object by its manifest, range by range.
bytes fetch(const share_index& index, const manifest& of) {
  std::vector<hash> leaves;
  const auto blocks = of.cut();
  for (std::uint64_t i = 0; i < of.blocks.size(); ++i) {
    if (blocks.shape.chunks == 1) {
      leaves.push_back(of.root);
      break;
    }
    const auto entry = sent_for(index, channel_kind::leaves, of.blocks[i]);
    REQUIRE(entry);
    const auto view = std::get<indexed_object>(*entry).bytes.view();
    leaves.resize(leaves.size() + blocks.chunks(i));
    REQUIRE(view.size() == blocks.chunks(i) * hash_bytes);
    std::memcpy(&leaves[leaves.size() - blocks.chunks(i)], view.data(),
                view.size());
  }
  const auto made = merkle_tree::fold(type, of.header.size, leaves);
  REQUIRE(made);
  REQUIRE(made->root() == of.root);
  bytes all(of.header.size);
  const auto ranges = cut_tree(made->shape(), range_chunks);
  for (std::uint64_t i = 0; i < ranges.count(); ++i) {
    const auto entry =
        sent_for(index, channel_kind::data, made->node(ranges.node(i)));
    REQUIRE(entry);
    const auto& range = std::get<indexed_range>(*entry);
    const auto where = ranges.bytes(i);
    REQUIRE(range.range.length == where.length);
    REQUIRE(range.from->read_at(range.range.offset,
                                std::span{all}.subspan(where.offset,
                                                       where.length)) ==
            errc::none);
  }
  return all;
}

} // namespace

TEST_CASE("a directory is found by its names, as catalogue and pack",
          "[pack_index]") {
  std::mt19937_64 random{8};
  for (auto round = 0; round < 12; ++round) {
    INFO("round " << round);
    const auto all = random_tree(random, 30);
    share_index index{type, 1368};
    REQUIRE(put(index, all) == errc::none);
    for (const auto* name : {"share", "other"}) {
      const auto entry =
          sent_for(index, channel_kind::manifest, hash_of(type, name));
      REQUIRE(entry);
      const auto described = parse_manifest(
          std::get<indexed_object>(*entry).bytes.view(), 1u << 30);
      REQUIRE(described);
      CHECK(described->is_catalogue);
      const auto wire = fetch(index, *described);
      const auto read = parse_catalogue(wire, 1u << 30);
      REQUIRE(read);
      CHECK(read->name == "share");
      REQUIRE(read->entries.size() == all.size());
      std::size_t i = 0;
      for (const auto& [path, one] : all) {
        CHECK(read->entries[i].path == path);
        CHECK(read->entries[i++].size == one.content.size());
      }
      CHECK_FALSE(read->pack.is_catalogue);
      if (read->pack.header.size > 0)
        CHECK(fetch(index, read->pack) == concatenation(all));
    }
    // Not by librecast's protocol.
    CHECK_FALSE(index.find(hash_of(type, "share").bytes));
  }
}

TEST_CASE("what receivers would refuse is not shared", "[pack_index]") {
  const auto attempt = [](const tree& all, auto change) {
    share_index index{type, 1368};
    auto entries = entries_of(all);
    auto files = files_of(all);
    change(entries, files);
    const std::array names{hash_of(type, "share")};
    return index_directory_pack(index, "share", std::move(entries),
                                std::move(files), names, maker);
  };
  auto all = empty_tree();
  all["a"] = node::file(bytes_of("1"));
  all["b"] = node::file(bytes_of("2"));
  CHECK(attempt(all, [](auto&, auto&) {}) == errc::none);
  CHECK(attempt(all, [](auto&, auto& files) { files.pop_back(); }) ==
        errc::invalid_argument);
  CHECK(attempt(all, [](auto& entries, auto&) {
          std::swap(entries[1], entries[2]);
        }) == errc::invalid_argument);
  CHECK(attempt(all, [](auto& entries, auto& files) {
          entries.erase(entries.begin());
          files.erase(files.begin());
        }) == errc::invalid_argument);
  CHECK(attempt(all, [](auto& entries, auto&) { entries[2].path = "../b"; }) ==
        errc::invalid_argument);
  CHECK(attempt(all, [](auto& entries, auto&) {
          entries[2].path = "b" + std::string(max_path_bytes, '/');
        }) == errc::name_too_long);
  CHECK(attempt(all, [](auto& entries, auto&) {
          entries[1].size = ~std::uint64_t{0};
        }) == errc::invalid_argument);
  share_index index{type, 1368};
  const std::array names{hash_of(type, "share")};
  CHECK(index_directory_pack(index, "share", {}, {}, names, maker) ==
        errc::invalid_argument);
  CHECK(index_directory_pack(index, "a/b", entries_of(all), files_of(all),
                             names, maker) == errc::invalid_argument);
}

TEST_CASE("a tree that cannot be made is the error", "[pack_index]") {
  auto all = empty_tree();
  all["a"] = node::file(bytes_of("1"));
  share_index index{type, 1368};
  const std::array names{hash_of(type, "share")};
  const auto result = index_directory_pack(
      index, "share", entries_of(all), files_of(all), names,
      [](const std::shared_ptr<const source>&) -> expected<merkle_tree> {
        return errc::source_changed;
      });
  CHECK(result == errc::source_changed);
  CHECK_FALSE(sent_for(index, channel_kind::manifest, names[0]));
}
