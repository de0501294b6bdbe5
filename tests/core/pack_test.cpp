// SPDX-License-Identifier: BSD-3-Clause
#include "core/pack.hpp"
#include "tests/core/trees.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

catalogue_entry file_of(std::uint64_t size) {
  catalogue_entry entry;
  entry.metadata.mode = S_IFREG | 0644;
  entry.size = size;
  return entry;
}

catalogue_entry directory() {
  catalogue_entry entry;
  entry.metadata.mode = S_IFDIR | 0755;
  return entry;
}

std::vector<std::shared_ptr<const source>>
contents_of(const tree& all, const std::vector<pack_piece>& layout) {
  std::vector<std::shared_ptr<const source>> by_entry;
  for (const auto& [path, one] : all)
    by_entry.push_back(make_blob_source(blob{one.content}));
  std::vector<std::shared_ptr<const source>> files;
  for (const auto& piece : layout)
    files.push_back(by_entry[piece.entry]);
  return files;
}

/// Fails to read, and has changed.
class broken_source final : public source {
public:
  explicit broken_source(std::uint64_t size) : size_(size) {}
  std::uint64_t size() const noexcept override { return size_; }
  errc read_at(std::uint64_t, std::span<std::byte>) const override {
    return errc::io_error;
  }
  errc check_unchanged() const override { return errc::source_changed; }

private:
  std::uint64_t size_;
};

} // namespace

TEST_CASE("small files follow each other, large ones begin at a chunk",
          "[pack]") {
  const std::vector<catalogue_entry> entries{
      directory(), file_of(5), file_of(0), file_of(pack_aligned_bytes - 1),
      file_of(pack_aligned_bytes), file_of(1), file_of(pack_aligned_bytes + 1),
      file_of(0)};
  const auto layout = pack_layout(entries);
  REQUIRE(layout);
  REQUIRE(layout->size() == 5);
  const auto& all = *layout;
  CHECK(all[0].offset == 0);
  CHECK(all[0].entry == 1);
  CHECK(all[1].offset == 5);
  CHECK(all[1].entry == 3);
  CHECK(all[2].offset == pack_aligned_bytes + chunk_bytes); // 5 - 1 rounded up
  CHECK(all[2].entry == 4);
  CHECK(all[3].offset == all[2].offset + pack_aligned_bytes);
  CHECK(all[4].offset == all[3].offset + chunk_bytes);
  CHECK(all[4].entry == 6);
  CHECK(pack_bytes(all) == all[4].offset + pack_aligned_bytes + 1);
  CHECK(pack_bytes({}) == 0);
}

TEST_CASE("lengths that add up to too much have no layout", "[pack]") {
  constexpr auto most = std::uint64_t{1} << 63;
  const auto is_possible = [](std::initializer_list<std::uint64_t> sizes) {
    std::vector<catalogue_entry> entries;
    for (const auto size : sizes)
      entries.push_back(file_of(size));
    return pack_layout(entries).has_value();
  };
  CHECK(is_possible({most}));
  CHECK_FALSE(is_possible({most + 1}));
  CHECK_FALSE(is_possible({~std::uint64_t{0}}));
  CHECK_FALSE(is_possible({most, 1}));
  CHECK(is_possible({most - 1, 1}));
  CHECK_FALSE(is_possible({most - 1, 1, 1}));
  // The gap in front of a large file counts, too.
  CHECK_FALSE(is_possible({1, most - chunk_bytes + 1}));
  CHECK(is_possible({1, most - chunk_bytes}));
  CHECK_FALSE(is_possible({most - 1, pack_aligned_bytes}));
}

TEST_CASE("pieces have no overlap and are found by what they have bytes in",
          "[pack]") {
  std::mt19937_64 random{3};
  for (auto round = 0; round < 200; ++round) {
    std::vector<catalogue_entry> entries;
    for (auto i = random() % 30; i > 0; --i)
      entries.push_back(random() % 6 == 0 ? directory()
                        : file_of(random() % (random() % 5 == 0
                                                  ? 3 * pack_aligned_bytes
                                                  : 20)));
    const auto layout = *pack_layout(entries);
    std::uint64_t end = 0;
    for (const auto& piece : layout) {
      REQUIRE(piece.offset >= end);
      REQUIRE(piece.length == entries[piece.entry].size);
      REQUIRE((piece.length < pack_aligned_bytes ? piece.offset == end
                                                 : piece.offset % chunk_bytes == 0));
      end = piece.offset + piece.length;
    }
    REQUIRE(end == pack_bytes(layout));
    for (auto probe = 0; probe < 20; ++probe) {
      const byte_range range{random() % (end + 10), random() % (end + 10)};
      std::vector<std::size_t> expected;
      for (const auto& piece : layout)
        if (std::max(piece.offset, range.offset) <
            std::min(piece.offset + piece.length, range.offset + range.length))
          expected.push_back(piece.entry);
      std::vector<std::size_t> found;
      for (const auto& piece : pieces_in(layout, range))
        if (range.length > 0)
          found.push_back(piece.entry);
      REQUIRE(found == expected);
    }
  }
}

TEST_CASE("a pack reads as the files one after the other", "[pack]") {
  std::mt19937_64 random{4};
  for (auto round = 0; round < 60; ++round) {
    INFO("round " << round);
    const auto all = random_tree(random, 40);
    const auto layout = *pack_layout(entries_of(all));
    const auto expected = concatenation(all);
    const auto pack = make_pack_source(layout, contents_of(all, layout));
    REQUIRE(pack->size() == expected.size());
    CHECK(pack->check_unchanged() == errc::none);
    for (auto probe = 0; probe < 50; ++probe) {
      const auto from = random() % (expected.size() + 1);
      bytes got(random() % (expected.size() - from + 1), std::byte{0xee});
      REQUIRE(pack->read_at(from, got) == errc::none);
      REQUIRE(std::equal(got.begin(), got.end(),
                         expected.begin() + static_cast<long>(from)));
    }
    bytes one(1);
    CHECK(pack->read_at(expected.size(), one) == errc::invalid_argument);
    CHECK(pack->read_at(expected.size() + 1, {}) == errc::invalid_argument);
    CHECK(pack->read_at(~std::uint64_t{0}, one) == errc::invalid_argument);
  }
}

TEST_CASE("a pack is read into packets with headers between", "[pack]") {
  std::mt19937_64 random{5};
  auto all = empty_tree();
  for (auto i = 0; i < 20; ++i)
    all[std::string(1, static_cast<char>('a' + i))] =
        node::file(random_bytes(random, 1 + random() % 900));
  const auto layout = *pack_layout(entries_of(all));
  const auto expected = concatenation(all);
  const auto pack = make_pack_source(layout, contents_of(all, layout));
  constexpr std::size_t piece = 100, stride = 116;
  const auto from = std::uint64_t{37};
  const auto length = expected.size() - 50;
  bytes out((length / piece + 1) * stride, std::byte{0xee});
  REQUIRE(pack->read_spaced(from, length, out, piece, stride) == errc::none);
  for (std::size_t i = 0; i < length; ++i)
    REQUIRE(out[i / piece * stride + i % piece] == expected[from + i]);
  for (std::size_t i = piece; i < stride; ++i)
    REQUIRE(out[i] == std::byte{0xee});
}

TEST_CASE("what a shorter file lacks, and a file that is not there, are zero",
          "[pack]") {
  const std::vector<catalogue_entry> entries{file_of(4), file_of(3), file_of(2)};
  const auto pack = make_pack_source(
      *pack_layout(entries), {make_blob_source(blob{bytes_of("ab")}), nullptr,
                              make_blob_source(blob{bytes_of("longer")})});
  bytes got(9, std::byte{0xee});
  REQUIRE(pack->read_at(0, got) == errc::none);
  CHECK(hex(got) == "616200000000006c6f");
  CHECK(pack->check_unchanged() == errc::none);
}

TEST_CASE("a file that cannot be read or changed is told only where it is",
          "[pack]") {
  const std::vector<catalogue_entry> entries{file_of(4), file_of(3), file_of(2)};
  const auto pack = make_pack_source(
      *pack_layout(entries), {make_blob_source(blob{bytes_of("abcd")}),
                              std::make_shared<broken_source>(3),
                              make_blob_source(blob{bytes_of("xy")})});
  bytes got(4);
  CHECK(pack->read_at(0, got) == errc::none);
  CHECK(pack->read_at(1, got) == errc::io_error);
  got.resize(2);
  CHECK(pack->read_at(7, got) == errc::none);
  CHECK(pack->check_unchanged() == errc::source_changed);
  CHECK(pack->check_unchanged_in({0, 4}) == errc::none);
  CHECK(pack->check_unchanged_in({0, 5}) == errc::source_changed);
  CHECK(pack->check_unchanged_in({6, 1}) == errc::source_changed);
  CHECK(pack->check_unchanged_in({7, 2}) == errc::none);
}
