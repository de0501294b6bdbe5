// SPDX-License-Identifier: BSD-3-Clause
// Objects and sharers that contradict each other or themselves.
#include "core/channel_key.hpp"
#include "core/manifest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/world.hpp"

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

sync_request range_request(std::span<std::byte> buffer) {
  auto request = world::request_for("file", buffer);
  request.wire = wire_mode::range;
  request.type = hash_type::blake2b;
  return request;
}

} // namespace

TEST_CASE("a file whose leaf blocks are equal arrives", "[system][ranges]") {
  const std::size_t size = 2 * 1024 * std::size_t{chunk_bytes};
  const bool range_only = GENERATE(true, false);
  INFO("range only " << range_only);
  world w;
  w.add("file", std::vector<std::byte>(size, std::byte{7}));
  w.start_share();
  world::receiver r;
  r.buffer.resize(size);
  auto request = range_request(r.buffer);
  if (!range_only)
    request.wire = wire_mode::automatic;
  request.timeout = 5s;
  w.start(r, std::move(request));
  REQUIRE(w.advance_until([&] { return r.done(); }, 60s));
  INFO(r.report().failure.message());
  CHECK(r.report().ok());
  CHECK(r.report().stats.elapsed < 1s);
  CHECK(r.report().stats.requests_repeated == 0);
}

TEST_CASE("a forged manifest of one hash type does not end asking for it",
          "[system][ranges]") {
  if (available_hash_types().size() < 2)
    return;
  world w;
  const auto data = pattern(100'000, 1);
  w.add("file", data);
  const auto id = channel_id_of(channel_kind::manifest,
                                hash_of(hash_type::blake2b, "file"));
  const auto good = *w.index->get(id);
  w.index->put(id, indexed_object{blob{pattern(300, 2)}}); // no manifest
  w.start_share();
  world::receiver r;
  r.buffer.resize(data.size());
  auto request = range_request(r.buffer);
  request.type.reset(); // both types are tried
  request.timeout = 10s;
  w.start(r, std::move(request));
  w.advance(500ms);
  w.index->put(id, good); // the forger is gone
  REQUIRE(w.advance_until([&] { return r.done(); }, 30s));
  INFO(r.report().failure.message());
  CHECK(r.report().ok());
}

TEST_CASE("a forged empty manifest with a root is refused", "[system][ranges]") {
  object_header header;
  header.name = "file";
  header.metadata.mode = 0100644;
  manifest forged{hash_type::blake2b, 1368, header, hash{}, {}};
  forged.root.bytes[0] = std::byte{1};
  const auto read = parse_manifest(serialise(forged), 1 << 20);
  CHECK_FALSE(read);
}

TEST_CASE("a forged empty manifest does not end the sync at once", "[system][ranges]") {
  world w;
  const auto data = pattern(100'000, 1);
  w.add("file", data);
  object_header header;
  header.name = "file";
  header.metadata.mode = 0100644;
  manifest forged{hash_type::blake2b, 1368, header, hash{}, {}};
  forged.root.bytes[0] = std::byte{1};
  w.index->put(channel_id_of(channel_kind::manifest,
                             hash_of(hash_type::blake2b, "file")),
               indexed_object{blob{serialise(forged)}});
  w.start_share();
  world::receiver r;
  r.buffer.resize(data.size());
  auto request = range_request(r.buffer);
  request.wire = wire_mode::automatic;
  w.start(r, std::move(request));
  REQUIRE(w.advance_until([&] { return r.done(); }, 60s));
  INFO(r.report().failure.message());
  CHECK(r.report().ok());
}

TEST_CASE("two sharers of one name, one classic, end in one of their files",
          "[system][ranges]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    world w{{.seed = seed}, seed};
    const auto many = pattern(8 * chunk_bytes, 1);
    const auto one = pattern(1000, 2);
    w.range_symbol_bytes = 0;
    w.add("file", many);
    w.start_share();
    const auto first = std::exchange(w.share, {});
    w.index.reset();
    w.range_symbol_bytes = default_range_symbol_bytes;
    w.add("file", one);
    w.start_share();
    w.advance(20ms);
    world::receiver r;
    r.buffer.resize(many.size());
    auto request = range_request(r.buffer);
    request.wire = wire_mode::automatic;
    request.timeout = 5s;
    w.start(r, std::move(request));
    REQUIRE(w.advance_until([&] { return r.done(); }, 60s));
    INFO(r.report().failure.message());
    REQUIRE(r.report().ok());
    const bool is_many = r.buffer == many;
    const bool is_one = std::equal(one.begin(), one.end(), r.buffer.begin());
    REQUIRE((is_many || is_one));
    compat::anon_send(first, stop_share{});
    w.settle();
  }
}

TEST_CASE("equal blocks of different length are refused", "[system][ranges]") {
  constexpr auto type = hash_type::blake2b;
  std::vector<hash> leaves(1024);
  for (std::size_t i = 0; i < leaves.size(); ++i)
    leaves[i] = hash_of(type, std::to_string(i));
  manifest forged;
  forged.type = type;
  forged.symbol_bytes = 1368;
  forged.header.size = 1024 * std::uint64_t{chunk_bytes} + 1; // 1025 chunks
  forged.header.name = "file";
  forged.header.metadata.mode = 0100644;
  const auto block = fold_leaves(type, leaves, 1024);
  forged.blocks = {block, block};
  forged.root = fold_subtrees(type, forged.cut(), forged.blocks);
  CHECK_FALSE(parse_manifest(serialise(forged), ~0ull));
  world w;
  w.index = std::make_shared<share_index>(type, 1368);
  w.index->put(channel_id_of(channel_kind::manifest, hash_of(type, "file")),
               indexed_object{blob{serialise(forged)}});
  const auto bytes = std::as_bytes(std::span{leaves});
  w.index->put(channel_id_of(channel_kind::leaves, block),
               indexed_object{blob::copy_of(bytes)});
  w.start_share();
  world::receiver r;
  r.buffer.resize(100);
  auto request = world::request_for("file", r.buffer);
  request.wire = wire_mode::range;
  request.type = type;
  request.timeout = 2s;
  w.start(r, std::move(request));
  REQUIRE(w.advance_until([&] { return r.done(); }, 10s));
  CHECK_FALSE(r.report().ok());
}
