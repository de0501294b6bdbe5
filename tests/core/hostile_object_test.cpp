// SPDX-License-Identifier: BSD-3-Clause
// What comes from the network may be anything. Meant for AddressSanitizer too:
// each object is parsed from a heap block of exactly its size.
#include "core/net_tree.hpp"
#include "tests/core/vectors.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <memory>

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr std::uint64_t limit = 1u << 20;

errc header_error(std::span<const std::byte> object) {
  const auto header = parse_header(object, limit);
  return header ? errc::none : header.error().code;
}

object_header header_of(std::uint32_t mode, std::string name,
                        std::uint64_t size = 0) {
  object_header header{size, {}, std::move(name)};
  header.metadata.mode = mode;
  return header;
}

bytes to_bytes(const blob& object) {
  return {object.view().begin(), object.view().end()};
}

bytes file_object(std::size_t length) {
  std::vector<hash> leaves;
  const auto data = gen2(length);
  for (std::uint64_t i = 0; i < chunk_count(length); ++i) {
    const auto range = chunk_range(length, i);
    leaves.push_back(hash_of(
        hash_type::blake2b,
        std::span<const std::byte>{data}.subspan(range.offset, range.length)));
  }
  const auto tree = merkle_tree::fold(hash_type::blake2b, length, leaves);
  REQUIRE(tree);
  return to_bytes(
      make_tree_object(header_of(S_IFREG | 0644, "share/f", length), *tree));
}

bytes directory_object() {
  return to_bytes(make_directory_object(header_of(S_IFDIR | 0755, "share"),
                                        std::vector<hash>(3)));
}

bytes link_object() {
  return to_bytes(
      make_symlink_object(header_of(S_IFLNK | 0777, "share/l"), "some/where"));
}

/// All that a receiver does with an object before it trusts it.
void parse_all(std::span<const std::byte> object, std::size_t& accepted) {
  const auto header = parse_header(object, limit);
  if (header) {
    ++accepted;
    CHECK(header->size <= limit);
    CHECK(net_tree_header_bytes + header->name.size() <= object.size());
    auto front = serialise_header(*header);
    // The four bytes of padding are not read.
    std::copy_n(object.begin() + 52, 4, front.begin() + 52);
    CHECK(std::equal(front.begin(), front.end(), object.begin()));
    const auto kind = header->kind();
    if (kind == object_kind::file || kind == object_kind::memory) {
      const auto tree = merkle_tree::parse(hash_type::blake2b, header->size,
                                           object.subspan(front.size()));
      if (tree)
        CHECK(tree->shape().length == header->size);
    }
  }
  if (const auto children = parse_directory(object))
    CHECK(children->size() * hash_bytes < object.size());
  if (const auto target = parse_symlink(object))
    CHECK(target->size() < object.size());
}

} // namespace

TEST_CASE("objects that are cut short are refused", "[net_tree][hostile]") {
  for (const auto& object :
       {file_object(98309), directory_object(), link_object(), file_object(0)})
    for (std::size_t size = 0; size < object.size(); ++size) {
      const bytes cut(object.begin(),
                      object.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK(header_error(cut) == errc::bad_object);
      CHECK_FALSE(parse_directory(cut));
      CHECK_FALSE(parse_symlink(cut));
    }
}

TEST_CASE("listings and links with trailing bytes are refused",
          "[net_tree][hostile]") {
  auto listing = directory_object();
  listing.resize(listing.size() + 32);
  CHECK_FALSE(parse_directory(listing));
  auto link = link_object();
  link.resize(link.size() + 1);
  CHECK_FALSE(parse_symlink(link));
}

TEST_CASE("only files, memory, directories and links are objects",
          "[net_tree][hostile]") {
  for (auto mode : {S_IFSOCK, S_IFIFO, S_IFCHR, S_IFBLK, 0x3000, 0xf000, 0644})
    CHECK(header_error(serialise_header(header_of(
              static_cast<std::uint32_t>(mode), ""))) == errc::bad_object);
  CHECK(header_error(serialise_header(header_of(S_IFREG, ""))) == errc::none);
  CHECK(header_error(serialise_header(header_of(0, ""))) == errc::none);
  CHECK(header_error(serialise_header(header_of(0, "x"))) == errc::bad_object);
}

TEST_CASE("a size field beyond the limit is too large", "[net_tree][hostile]") {
  for (auto size : {limit + 1, std::uint64_t{1} << 40, ~std::uint64_t{0}})
    for (auto mode : {S_IFREG, 0})
      CHECK(header_error(serialise_header(
                header_of(static_cast<std::uint32_t>(mode), "", size))) ==
            errc::too_large);
  auto huge = directory_object();
  for (std::size_t i = 0; i < 8; ++i)
    huge[i] = std::byte{0};
  CHECK(header_error(huge) == errc::bad_object); // less than its own header
  // 56 + 5 + 2^35 bytes of children that nobody sent
  huge[3] = std::byte{8};
  huge[7] = std::byte{56 + 5};
  CHECK(header_error(huge) == errc::too_large);
  const auto unlimited = parse_header(huge, ~std::uint64_t{0});
  REQUIRE_FALSE(unlimited);
  CHECK(unlimited.error().code == errc::bad_object);
}

TEST_CASE("fields that cannot be are refused", "[net_tree][hostile]") {
  auto listing = directory_object();
  listing[7] ^= std::byte{1};
  CHECK(header_error(listing) == errc::bad_object); // no whole child

  auto header = header_of(S_IFREG | 0644, "f");
  header.metadata.mtime_ns = 1'000'000'000;
  CHECK(header_error(serialise_header(header)) == errc::bad_object);
  header.metadata.mtime_ns = 999'999'999;
  CHECK(header_error(serialise_header(header)) == errc::none);
  header.metadata.atime_ns = (1u << 30) - 2; // UTIME_OMIT
  CHECK(header_error(serialise_header(header)) == errc::bad_object);

  const std::string with_nul("a\0b", 3);
  CHECK(header_error(serialise_header(header_of(S_IFREG, with_nul))) ==
        errc::bad_object);
  const auto link = header_of(S_IFLNK | 0777, "l");
  CHECK_FALSE(parse_symlink(make_symlink_object(link, "").view()));
  CHECK_FALSE(parse_symlink(make_symlink_object(link, with_nul).view()));
  CHECK_FALSE(
      parse_symlink(make_symlink_object(link, std::string(4096, 'x')).view()));
  CHECK(
      parse_symlink(make_symlink_object(link, std::string(4095, 'x')).view()));
}

TEST_CASE("a hundred thousand mutated objects do no harm",
          "[net_tree][hostile]") {
  std::mt19937_64 random{6};
  const std::vector<bytes> valid{file_object(0), file_object(5000),
                                 file_object(98309), directory_object(),
                                 link_object()};
  std::size_t accepted = 0;
  for (auto round = 0; round < 100'000; ++round) {
    auto object = valid[random() % valid.size()];
    if (random() % 4 == 0)
      object.resize(random() % (object.size() + 64));
    for (auto i = random() % 4; i > 0 && !object.empty(); --i) {
      // Mostly where the fields are.
      const auto at =
          random() % (random() % 4 == 0
                          ? object.size()
                          : std::min<std::size_t>(60, object.size()));
      object[at] =
          random() % 2 == 0
              ? static_cast<std::byte>(random() & 255)
              : object[at] ^ static_cast<std::byte>(1u << (random() % 8));
    }
    const auto exact = std::make_unique<std::byte[]>(object.size());
    std::copy(object.begin(), object.end(), exact.get());
    parse_all({exact.get(), object.size()}, accepted);
  }
  // Neither everything nor nothing gets through, or this tests nothing.
  CHECK(accepted > 10'000);
  CHECK(accepted < 90'000);
}
