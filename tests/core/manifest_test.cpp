// SPDX-License-Identifier: BSD-3-Clause
#include "core/manifest.hpp"

#include "tests/core/vectors.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

constexpr std::uint64_t no_limit = ~std::uint64_t{0};

/// A tree over `chunks` chunks, the last one of 100 bytes; 0: an empty object.
merkle_tree tree_of_chunks(hash_type type, std::uint64_t chunks) {
  if (chunks == 0)
    return {};
  std::mt19937_64 random{chunks};
  std::vector<hash> leaves(chunks);
  for (auto& leaf : leaves) {
    const auto data = random_bytes(random, hash_bytes);
    std::copy(data.begin(), data.end(), leaf.bytes.begin());
  }
  auto tree =
      merkle_tree::fold(type, (chunks - 1) * chunk_bytes + 100, leaves);
  REQUIRE(tree);
  return std::move(*tree);
}

manifest sample(std::uint64_t chunks, std::string name = "file",
                hash_type type = hash_type::blake2b) {
  const auto tree = tree_of_chunks(type, chunks);
  object_header header;
  header.size = tree.shape().length;
  header.name = std::move(name);
  if (!header.name.empty()) {
    header.metadata.mode = 0100644;
    header.metadata.mtime_s = 1'700'000'000;
    header.metadata.uid = 1000;
  }
  return make_manifest(type, 1368, header, tree);
}

errc parse_error(std::span<const std::byte> data,
                 std::uint64_t limit = no_limit) {
  // Of its own size, so that reading past the end is noticed.
  const bytes exact(data.begin(), data.end());
  const auto read = parse_manifest(exact, limit);
  return read ? errc::none : read.error().code;
}

bool is_sound(const manifest& value) {
  if (value.header.size == 0)
    return value.blocks.empty();
  return value.blocks.size() == value.cut().count() &&
         fold_subtrees(value.type, value.cut(), value.blocks) == value.root;
}

} // namespace

TEST_CASE("a manifest reads back as it was written", "[manifest]") {
  const auto chunks =
      GENERATE(0u, 1u, 2u, 32u, 33u, 1024u, 1025u, 2048u, 3000u);
  const std::string name = GENERATE("", "f", "dir/a longer name");
  for_each_hash_type([&](hash_type type) {
    const auto value = sample(chunks, name, type);
    const auto written = serialise(value);
    CHECK(is_manifest(written));
    const auto read = parse_manifest(written, no_limit);
    REQUIRE(read);
    CHECK(read->type == type);
    CHECK(read->symbol_bytes == 1368);
    CHECK(read->header == value.header);
    CHECK(read->root == value.root);
    CHECK(read->blocks == value.blocks);
    CHECK(read->blocks.size() == (chunks + 1023) / 1024);
  });
}

TEST_CASE("the fields of a manifest are where the format has them",
          "[manifest]") {
  const auto value = sample(1025);
  const auto header = serialise_header(value.header);
  const auto written = serialise(value);
  CHECK(hex(std::span{written}.first(16)) ==
        hex(bytes_of("troupeM")) + "01" + "02" + "00" + "0558" + "0000003c");
  CHECK(hex(std::span{written}.subspan(16, header.size())) == hex(header));
  const auto rest = std::span{written}.subspan(16 + header.size());
  REQUIRE(rest.size() == 3 * hash_bytes);
  CHECK(hex(rest.first(hash_bytes)) == hex(value.root.bytes));
  CHECK(hex(rest.subspan(hash_bytes, hash_bytes)) ==
        hex(value.blocks[0].bytes));
  CHECK(hex(rest.subspan(2 * hash_bytes)) == hex(value.blocks[1].bytes));
}

TEST_CASE("a manifest that ends too early or too late is refused",
          "[manifest]") {
  for (const auto chunks : {0u, 1u, 1025u}) {
    const auto written = serialise(sample(chunks));
    for (std::size_t length = 0; length < written.size(); ++length) {
      INFO("cut to " << length);
      REQUIRE(parse_error(std::span{written}.first(length)) != errc::none);
    }
    auto longer = written;
    for (auto more = 0; more < 40; ++more) {
      longer.push_back(std::byte{0});
      REQUIRE(parse_error(longer) == errc::bad_object);
    }
  }
}

TEST_CASE("a changed byte is refused or leaves blocks that fold to the root",
          "[manifest]") {
  for (const auto chunks : {1u, 33u, 1025u, 3000u}) {
    const auto value = sample(chunks);
    const auto written = serialise(value);
    const auto hashes = written.size() - (value.blocks.size() + 1) * hash_bytes;
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < written.size(); ++at)
      for (const unsigned change : {0x01u, 0x80u, 0xffu}) {
        auto damaged = written;
        damaged[at] ^= static_cast<std::byte>(change);
        const auto read = parse_manifest(damaged, no_limit);
        if (!read)
          continue;
        INFO("byte " << at);
        REQUIRE(at < hashes); // no hash can be changed
        REQUIRE(is_sound(*read));
        ++accepted;
      }
    // Times and owners are free to be anything.
    CHECK(accepted > 0);
  }
}

TEST_CASE("manifests of another kind or version are told apart",
          "[manifest]") {
  const auto written = serialise(sample(33));
  const auto with = [&](std::size_t at, unsigned value) {
    auto changed = written;
    changed[at] = static_cast<std::byte>(value);
    return parse_error(changed);
  };
  CHECK(with(0, 'T') == errc::bad_object);
  CHECK(with(6, 'm') == errc::bad_object);
  CHECK(with(7, 2) == errc::unsupported);
  CHECK(with(8, 1) == errc::unsupported);
  CHECK(with(8, 4) == errc::unsupported);
  CHECK(with(9, 1) == errc::bad_object);
}

TEST_CASE("a symbol size out of bounds or no multiple of four is refused",
          "[manifest]") {
  auto value = sample(33);
  const auto error_with = [&](int symbol_bytes) {
    value.symbol_bytes = static_cast<std::uint16_t>(symbol_bytes);
    return parse_error(serialise(value));
  };
  for (const int good : {256, 260, 1368, 8192})
    CHECK(error_with(good) == errc::none);
  for (const int bad :
       {0, 4, 252, 255, 257, 258, 1366, 8191, 8196, 65535})
    CHECK(error_with(bad) == errc::bad_object);
}

TEST_CASE("lengths beyond the manifest's end are refused without memory",
          "[manifest]") {
  const auto written = serialise(sample(33));
  const auto with = [&](std::size_t at, std::initializer_list<unsigned> field) {
    auto changed = written;
    for (const auto value : field)
      changed[at++] = static_cast<std::byte>(value);
    return parse_error(changed);
  };
  // Length of the header: larger than all, than the rest, one off, too short.
  CHECK(with(12, {0xff, 0xff, 0xff, 0xff}) == errc::bad_object);
  CHECK(with(12, {0x80, 0, 0, 0}) == errc::bad_object);
  CHECK(with(12, {0, 0, 0, 0x3b}) == errc::bad_object);
  CHECK(with(12, {0, 0, 0, 0x3d}) == errc::bad_object);
  CHECK(with(12, {0, 0, 0, 0}) == errc::bad_object);
  // Size of the content: that many blocks would not fit any memory.
  CHECK(with(16, {0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) ==
        errc::bad_object);
  CHECK(with(16, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}) ==
        errc::bad_object);
  // Length of the name within the header.
  CHECK(with(16 + 50, {0xff, 0xff}) == errc::bad_object);
}

TEST_CASE("an object beyond the limit is refused as too large",
          "[manifest]") {
  const auto value = sample(33);
  const auto written = serialise(value);
  CHECK(parse_error(written, value.header.size) == errc::none);
  CHECK(parse_error(written, value.header.size - 1) == errc::too_large);
  CHECK(parse_error(written, 0) == errc::too_large);
}

TEST_CASE("an empty object has no root", "[manifest]") {
  auto value = sample(0);
  CHECK(parse_error(serialise(value)) == errc::none);
  value.root.bytes[31] = std::byte{1};
  CHECK(parse_error(serialise(value)) == errc::hash_mismatch);
}

TEST_CASE("directories and links have no manifest", "[manifest]") {
  for (const auto mode : {0040755u, 0120777u, 0010644u}) {
    auto value = sample(1);
    value.header.metadata.mode = mode;
    CHECK(parse_error(serialise(value)) == errc::bad_object);
  }
}

TEST_CASE("noise is no manifest, whatever it begins with", "[manifest]") {
  std::mt19937_64 random{20261122};
  const auto front = serialise(sample(1));
  for (auto round = 0; round < 20'000; ++round) {
    auto noise = random_bytes(random, random() % 300);
    const auto kept = std::min<std::size_t>(random() % 90, noise.size());
    std::copy_n(front.begin(), kept, noise.begin());
    const auto read = parse_manifest(noise, no_limit);
    REQUIRE((!read || is_sound(*read)));
  }
  CHECK_FALSE(is_manifest({}));
  CHECK_FALSE(is_manifest(bytes_of("troupe")));
}
