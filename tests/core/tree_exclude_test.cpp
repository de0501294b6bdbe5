// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_comparison.hpp"
#include "tests/core/trees.hpp"

using namespace troupe;
using namespace troupe::test;

namespace {

tree shared_tree() {
  std::mt19937_64 random{21};
  auto all = empty_tree();
  all["a"] = node::file(random_bytes(random, 50));
  all["cache"] = node::directory();
  all["cache/large"] = node::file(random_bytes(random, 3 * pack_aligned_bytes));
  all["cache/link"] = node::link("large");
  all["d"] = node::directory();
  all["d/b.tmp"] = node::file(random_bytes(random, 100'000));
  all["d/c"] = node::file(random_bytes(random, 70'000));
  all["z"] = node::file(random_bytes(random, pack_aligned_bytes));
  return all;
}

tree without_excluded() {
  auto all = shared_tree();
  for (const auto* path : {"cache", "cache/large", "cache/link", "d/b.tmp"})
    all.erase(path);
  return all;
}

const exclude_patterns patterns{{"cache/", "*.tmp"}};

tree_sink_options excluding() {
  tree_sink_options options;
  options.exclude = patterns;
  options.outcome = std::make_shared<tree_outcome>();
  return options;
}

} // namespace

TEST_CASE("a selection knows which chunks nobody wants", "[tree_exclude]") {
  const auto shared = describe(shared_tree());
  const auto all = select_entries(shared.what, {});
  REQUIRE(all);
  CHECK(all->what == shared.what);
  CHECK(all->unwanted().empty());
  CHECK(all->pack_length == shared.pack.size());
  const auto some = select_entries(shared.what, patterns);
  REQUIRE(some);
  CHECK(some->what->entries.size() == without_excluded().size());
  CHECK(some->pack_length == shared.pack.size());
  CHECK(some->bytes() == 50 + 70'000 + pack_aligned_bytes);
  const auto unwanted = some->unwanted();
  // All of the large file, and of the smaller one what it shares with nobody.
  CHECK(unwanted.count() >= 3 * pack_aligned_bytes / chunk_bytes);
  for (const auto& piece : some->layout) {
    CHECK(!unwanted.contains(piece.offset / chunk_bytes));
    CHECK(!unwanted.contains((piece.offset + piece.length - 1) / chunk_bytes));
  }
  CHECK(some->is_excluded("d/cache", true));
  CHECK(!some->is_excluded("d/cache", false));
  CHECK(!some->is_excluded("", true));
}

TEST_CASE("what is excluded is neither fetched nor made", "[tree_exclude]") {
  temp_dir dir;
  const auto options = excluding();
  std::uint64_t fetched = 0;
  const auto shared = describe(shared_tree());
  REQUIRE(sync_tree(dir / "to", shared, options, 1, &fetched) == errc::none);
  CHECK(difference(read_tree(dir / "to"), without_excluded()) == "");
  CHECK(options.outcome->files == 3);
  CHECK(options.outcome->files_changed == 3);
  CHECK(fetched < shared.pack.size() - 3 * pack_aligned_bytes);
  REQUIRE(sync_tree(dir / "to", shared, options) == errc::none);
  CHECK(options.outcome->files_changed == 0);
  CHECK(difference(read_tree(dir / "to"), without_excluded()) == "");
}

TEST_CASE("what is excluded stays as it is, also where others are deleted",
          "[tree_exclude]") {
  temp_dir dir;
  auto there = empty_tree();
  there["cache"] = node::file(bytes_of("a file is not meant by cache/"));
  there["d"] = node::directory();
  there["d/b.tmp"] = node::file(bytes_of("mine"));
  there["gone"] = node::directory();
  there["gone/deep"] = node::directory();
  there["gone/deep/file"] = node::file(bytes_of("goes"));
  there["kept"] = node::directory();
  there["kept/goes"] = node::file(bytes_of("goes"));
  there["kept/deep"] = node::directory();
  there["kept/deep/cache"] = node::directory();
  there["kept/deep/cache/file"] = node::file(bytes_of("stays"));
  there["kept/own.tmp"] = node::file(bytes_of("stays"));
  put_on_disk(dir / "to", there);
  auto wanted = without_excluded();
  for (const auto* path : {"d/b.tmp", "kept", "kept/deep", "kept/deep/cache",
                           "kept/deep/cache/file", "kept/own.tmp"})
    wanted[path] = there[path];

  auto options = excluding();
  options.delete_others = options.list_changes = true;
  const auto shared = describe(shared_tree());
  const auto selected = select_entries(shared.what, patterns);
  REQUIRE(selected);
  const auto before = tree_comparison::open(dir / "to", *selected, nullptr);
  REQUIRE(before);
  const auto announced =
      (*before)->changes(make_plan(shared.pack_tree), {}, true);

  REQUIRE(sync_tree(dir / "to", shared, options) == errc::none);
  CHECK(difference(read_tree(dir / "to"), wanted) == "");
  // The file that is called cache, all of one directory, a part of another.
  CHECK(options.outcome->deleted == 3);
  CHECK(announced == options.outcome->changes);
}

TEST_CASE("with everything excluded an empty directory is made",
          "[tree_exclude]") {
  temp_dir dir;
  tree_sink_options options;
  options.exclude = exclude_patterns{{"*"}};
  std::uint64_t fetched = 0;
  REQUIRE(sync_tree(dir / "to", describe(shared_tree()), options, 1,
                    &fetched) == errc::none);
  CHECK(difference(read_tree(dir / "to"), empty_tree()) == "");
  CHECK(fetched == 0);
}

TEST_CASE("any tree becomes any other but for what is excluded",
          "[tree_exclude]") {
  std::mt19937_64 random{22};
  for (auto round = 0; round < 40; ++round) {
    INFO("round " << round);
    temp_dir dir;
    const auto shared = random_tree(random, 40);
    put_on_disk(dir / "to", empty_tree());
    auto wanted = shared;
    std::erase_if(wanted, [](const auto& one) {
      return !one.first.empty() &&
             one.first.find('a') != one.first.npos;
    });
    tree_sink_options options;
    options.exclude = exclude_patterns{{"*a*"}};
    options.delete_others = true;
    for (auto again = 0; again < 2; ++again) {
      REQUIRE(sync_tree(dir / "to", describe(shared), options, random()) ==
              errc::none);
      CHECK(difference(read_tree(dir / "to"), wanted) == "");
    }
  }
}
