// SPDX-License-Identifier: BSD-3-Clause
// Sizes that are announced and not meant: refused before memory or room is
// taken for them, with both figures.
#include "core/channel_key.hpp"
#include "core/subtree.hpp"
#include "tests/support/tree_world.hpp"

#include <fstream>

#include <sys/resource.h>
#include <sys/statvfs.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

constexpr auto type = hash_type::blake2b;

std::uint64_t free_bytes(const fs::path& path) {
  struct statvfs info {};
  REQUIRE(::statvfs(path.c_str(), &info) == 0);
  return std::uint64_t{info.f_bavail} * info.f_frsize;
}

std::uint64_t peak_memory_bytes() {
  rusage used{};
  REQUIRE(::getrusage(RUSAGE_SELF, &used) == 0);
  return static_cast<std::uint64_t>(used.ru_maxrss) * 1024;
}

/// Zeros without end cost a sharer nothing: one block of leaves is all there
/// is to make.
manifest of_zeros(std::uint64_t bytes) {
  manifest made{type, default_range_symbol_bytes, {}, {}, {}, false};
  made.header.size = bytes;
  made.header.metadata.mode = S_IFREG | 0644;
  made.header.name = "share";
  const std::vector<std::byte> chunk(chunk_bytes);
  const std::vector<hash> leaves(leaf_block_chunks, hash_of(type, chunk));
  const auto cut = made.cut();
  made.blocks.assign(cut.count(), fold_leaves(type, leaves, cut.width));
  made.root = fold_subtrees(type, cut, made.blocks);
  return made;
}

struct bomb_world : tree_world {
  explicit bomb_world(std::uint64_t bytes) {
    index = std::make_shared<share_index>(type, range_symbol_bytes);
    const auto bomb = of_zeros(bytes);
    index->put(channel_id_of(channel_kind::manifest, hash_of(type, "share")),
               indexed_object{blob{serialise(bomb)}});
    const std::vector<hash> leaves(leaf_block_chunks,
                                   hash_of(type, std::vector<std::byte>(
                                                     chunk_bytes)));
    const auto bytes_of_leaves = std::as_bytes(std::span{leaves});
    index->put(channel_id_of(channel_kind::leaves, bomb.blocks.front()),
               indexed_object{blob{std::vector<std::byte>{
                   bytes_of_leaves.begin(), bytes_of_leaves.end()}}});
    start_share();
  }
};

} // namespace

TEST_CASE("a file beyond the free space is refused before it takes memory",
          "[system][hostile]") {
  constexpr auto bytes = std::uint64_t{1} << 40; // a GiB of leaves
  bomb_world w{bytes};
  if (free_bytes(w.disk / "to") > bytes) {
    WARN("skipped: there is a TiB free here");
    return;
  }
  const auto before = peak_memory_bytes();
  const auto report = w.sync_tree_of(w.tree_request_for("share"));
  CHECK(report.failure.code == errc::no_space);
  CHECK_THAT(report.failure.what, Contains("1099511627776"));
  CHECK_THAT(report.failure.what, Contains(" are free"));
  CHECK(fs::is_empty(w.disk / "to"));
  CHECK(peak_memory_bytes() - before < 200u << 20);
}

TEST_CASE("a file beyond the limit is refused before it takes memory",
          "[system][hostile]") {
  constexpr auto bytes = std::uint64_t{1} << 40;
  bomb_world w{bytes};
  auto request = w.tree_request_for("share");
  request.limit_bytes = bytes - 1;
  const auto before = peak_memory_bytes();
  const auto report = w.sync_tree_of(request);
  CHECK(report.failure.code == errc::too_large);
  CHECK_THAT(report.failure.what, Contains("1099511627776"));
  CHECK_THAT(report.failure.what, Contains("1099511627775"));
  CHECK(fs::is_empty(w.disk / "to"));
  CHECK(peak_memory_bytes() - before < 200u << 20);
}

TEST_CASE("memory that is too small for an object is refused before the tree",
          "[system][hostile]") {
  bomb_world w{std::uint64_t{1} << 40};
  const auto before = peak_memory_bytes();
  auto r = w.sync("share", std::vector<std::byte>(1000));
  REQUIRE(r.done());
  CHECK(r.report().failure.code == errc::buffer_too_small);
  CHECK_THAT(r.report().failure.what, Contains("1000"));
  CHECK(peak_memory_bytes() - before < 200u << 20);
}

TEST_CASE("a directory counts with all that is in it against the limit",
          "[system][hostile]") {
  const bool ranges = GENERATE(true, false);
  CAPTURE(ranges);
  tree_world w;
  if (!ranges)
    w.range_symbol_bytes = 0;
  auto all = empty_tree();
  for (const auto* name : {"a", "b", "c", "d"})
    all[name] = node::file(pattern(40'000, 1));
  w.add_directory("share", all);
  w.start_share();
  auto request = w.tree_request_for("share");
  request.limit_bytes = 159'999;
  const auto report = w.sync_tree_of(request);
  CHECK(report.failure.code == errc::too_large);
  CHECK_THAT(report.failure.what, Contains("159999"));
  if (ranges)
    CHECK(fs::is_empty(w.disk / "to"));
  request.limit_bytes = 160'000;
  CHECK(w.sync_tree_of(request).ok());
}

TEST_CASE("a full file system is no matter for what is there already",
          "[system][hostile]") {
  // The same size: it may be equal, so nothing is refused by its size.
  constexpr auto bytes = std::uint64_t{1} << 40;
  bomb_world w{bytes};
  std::ofstream{w.disk / "to/it"}.put('\0');
  std::error_code failed;
  fs::resize_file(w.disk / "to/it", bytes, failed);
  if (failed || free_bytes(w.disk / "to") > bytes) {
    WARN("skipped: no sparse files of a TiB here, or room for one");
    return;
  }
  const auto sink = make_file_sink(w.disk / "to/it", false);
  REQUIRE(sink);
  CHECK((*sink)->check_room(bytes).code == errc::none);
  CHECK((*sink)->check_room(bytes + 1).code == errc::no_space);
}
