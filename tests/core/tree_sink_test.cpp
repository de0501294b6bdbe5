// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_sink.hpp"
#include "tests/core/trees.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

ino_t inode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_ino;
}

/// Syncs twice into what is in `dir`/to, and compares.
void check_becomes(const temp_dir& dir, const tree& wanted,
                   std::uint64_t seed = 1) {
  const auto value = describe(wanted);
  REQUIRE(sync_tree(dir / "to", value, {}, seed) == errc::none);
  CHECK(difference(read_tree(dir / "to"), wanted) == "");
  tree_sink_options options;
  options.outcome = std::make_shared<tree_outcome>();
  REQUIRE(sync_tree(dir / "to", value, options, seed) == errc::none);
  CHECK(options.outcome->files_changed == 0);
  CHECK(difference(read_tree(dir / "to"), wanted) == "");
  CHECK(dir.names() == std::vector<std::string>{"to"});
}

tree some_tree() {
  std::mt19937_64 random{11};
  auto all = empty_tree();
  all["a"] = node::file(random_bytes(random, 100));
  all["d"] = node::directory();
  all["d/empty"] = node::file({});
  all["d/large"] = node::file(random_bytes(random, pack_aligned_bytes + 5));
  all["d/link"] = node::link("../a");
  all["d/none"] = node::directory();
  all["z"] = node::file(random_bytes(random, 40'000));
  return all;
}

} // namespace

TEST_CASE("a directory that is not there is made", "[tree_sink]") {
  temp_dir dir;
  check_becomes(dir, some_tree());
}

TEST_CASE("any tree becomes any other", "[tree_sink]") {
  std::mt19937_64 random{12};
  for (auto round = 0; round < 60; ++round) {
    INFO("round " << round);
    temp_dir dir;
    const auto wanted = random_tree(random, 40);
    // What is there: some of it as it should be, some of it altered.
    auto there = empty_tree();
    for (const auto& [path, one] : wanted) {
      const auto slash = path.rfind('/');
      if (path.empty() || random() % 4 == 0 ||
          there.count(slash == path.npos ? "" : path.substr(0, slash)) == 0)
        continue;
      auto& copy = there[path] = one;
      if (!S_ISREG(one.mode)) {
        if (S_ISLNK(one.mode) && random() % 2 == 0)
          copy = node::file(bytes_of("instead of a link"));
        continue;
      }
      switch (random() % 8) {
      case 0:
        copy.content.resize(random() % (one.content.size() + 1));
        break;
      case 1:
        copy.content.resize(one.content.size() + random() % 50'000);
        break;
      case 2:
        if (!copy.content.empty())
          copy.content[random() % copy.content.size()] ^= std::byte{1};
        break;
      case 3:
        copy.content = random_bytes(random, one.content.size());
        break;
      case 4:
        copy = node::link("elsewhere");
        break;
      default:
        break;
      }
    }
    put_on_disk(dir / "to", there);
    check_becomes(dir, wanted, random());
  }
}

TEST_CASE("of an equal tree nothing is touched", "[tree_sink]") {
  temp_dir dir;
  const auto wanted = some_tree();
  put_on_disk(dir / "to", wanted);
  std::map<std::string, ino_t> before;
  for (const auto& [path, one] : wanted)
    before[path] = inode_of(dir / "to" / path);
  tree_sink_options options;
  options.outcome = std::make_shared<tree_outcome>();
  REQUIRE(sync_tree(dir / "to", describe(wanted), options) == errc::none);
  for (const auto& [path, one] : wanted)
    CHECK(before[path] == inode_of(dir / "to" / path));
  CHECK(options.outcome->files == 4);
  CHECK(options.outcome->files_changed == 0);
  CHECK(options.outcome->deleted == 0);
}

TEST_CASE("new directories and links are changes, too", "[tree_sink]") {
  temp_dir dir;
  auto wanted = some_tree();
  put_on_disk(dir / "to", wanted);
  wanted["d/new"] = node::directory();
  wanted["link"] = node::link("a");
  wanted["d/link"] = node::link("elsewhere");
  tree_sink_options options;
  options.outcome = std::make_shared<tree_outcome>();
  CHECK(!options.outcome->any());
  REQUIRE(sync_tree(dir / "to", describe(wanted), options) == errc::none);
  CHECK(options.outcome->others_changed == 3);
  CHECK(options.outcome->files_changed == 0);
  CHECK(options.outcome->any());
  REQUIRE(sync_tree(dir / "to", describe(wanted), options) == errc::none);
  CHECK(!options.outcome->any());
}

TEST_CASE("one file changes, the others keep their inodes", "[tree_sink]") {
  auto wanted = some_tree();
  const std::string changed =
      GENERATE(as<std::string>{}, "a", "d/empty", "d/large", "z");
  CAPTURE(changed);
  for (const auto* how : {"changed", "grown", "truncated", "emptied", "zeroed"}) {
    CAPTURE(how);
    temp_dir dir;
    put_on_disk(dir / "to", wanted);
    std::map<std::string, ino_t> before;
    for (const auto& [path, one] : wanted)
      before[path] = inode_of(dir / "to" / path);
    auto target = wanted;
    auto& content = target[changed].content;
    const std::string what = how;
    if (what == "grown")
      content.resize(content.size() + 70'000, std::byte{7});
    else if (what == "truncated")
      content.resize(content.size() / 2);
    else if (what == "emptied")
      content.clear();
    else if (what == "zeroed")
      std::fill(content.begin(), content.end(), std::byte{0});
    else if (!content.empty())
      content.back() ^= std::byte{1};
    const bool is_same = content == wanted[changed].content;
    REQUIRE(sync_tree(dir / "to", describe(target)) == errc::none);
    CHECK(difference(read_tree(dir / "to"), target) == "");
    for (const auto& [path, one] : wanted) {
      CAPTURE(path);
      CHECK((before[path] == inode_of(dir / "to" / path)) ==
            (path != changed || is_same));
    }
  }
}

TEST_CASE("a link, a file and a special file take each other's place",
          "[tree_sink]") {
  temp_dir dir;
  auto there = empty_tree();
  there["file-to-link"] = node::file(bytes_of("x"));
  there["link-to-file"] = node::link("file-to-link");
  there["link-to-empty"] = node::link("nowhere");
  there["link-to-link"] = node::link("nowhere");
  there["link-to-zeros"] = node::link("nowhere");
  put_on_disk(dir / "to", there);
  REQUIRE(::mkfifo((dir / "to/fifo").c_str(), 0600) == 0);
  auto wanted = empty_tree();
  wanted["fifo"] = node::file(bytes_of("y"));
  wanted["file-to-link"] = node::link("a");
  wanted["link-to-empty"] = node::file({});
  wanted["link-to-file"] = node::file(bytes_of("content"));
  wanted["link-to-link"] = node::link("b");
  wanted["link-to-zeros"] = node::file(bytes(100'000));
  check_becomes(dir, wanted);
}

TEST_CASE("a file never takes the place of a directory, nor the reverse",
          "[tree_sink]") {
  auto there = empty_tree();
  there["a"] = node::file(bytes_of("before"));
  there["x"] = node::directory();
  there["x/inside"] = node::file(bytes_of("inside"));
  const auto attempt = [&](node in_the_way, node wanted_there, errc expected) {
    temp_dir dir;
    auto before = there;
    auto wanted = there;
    wanted["a"] = node::file(bytes_of("after"));
    before["z"] = std::move(in_the_way);
    wanted["z"] = wanted_there;
    if (S_ISDIR(wanted_there.mode))
      wanted["z/inside"] = node::file(bytes_of("new"));
    put_on_disk(dir / "to", before);
    CHECK(sync_tree(dir / "to", describe(wanted)) == expected);
    CHECK(difference(read_tree(dir / "to"), before) == "");
    CHECK(dir.names() == std::vector<std::string>{"to"});
  };
  const auto file = node::file(bytes_of("f"));
  attempt(node::directory(), file, errc::is_directory);
  attempt(node::directory(), node::link("t"), errc::is_directory);
  attempt(file, node::directory(), errc::not_directory);
  attempt(node::link("x"), node::directory(), errc::is_symlink);
  attempt(node::link("nowhere"), node::directory(), errc::is_symlink);
}

TEST_CASE("what is not wanted stays unless it is to go", "[tree_sink]") {
  temp_dir dir;
  auto there = some_tree();
  const auto wanted = there;
  there["d/extra"] = node::file(bytes_of("x"));
  there["d/none/deep"] = node::directory();
  there["d/none/deep/er"] = node::directory();
  there["d/none/deep/er/file"] = node::file(bytes_of("x"));
  there["other"] = node::link("../outside");
  there["elsewhere"] = node::link("/");
  put_on_disk(dir / "to", there);
  fs::create_directory(dir / "outside");
  write_file(dir / "outside/file", bytes_of("mine"));
  REQUIRE(sync_tree(dir / "to", describe(wanted)) == errc::none);
  CHECK(difference(read_tree(dir / "to"), there) == "");
  tree_sink_options options;
  options.delete_others = true;
  options.outcome = std::make_shared<tree_outcome>();
  REQUIRE(sync_tree(dir / "to", describe(wanted), options) == errc::none);
  CHECK(difference(read_tree(dir / "to"), wanted) == "");
  CHECK(options.outcome->deleted == 4);
  CHECK(read_file(dir / "outside/file") == bytes_of("mine"));
}

TEST_CASE("content that moved to another file is copied, not written",
          "[tree_sink]") {
  std::mt19937_64 random{13};
  const auto one = random_bytes(random, pack_aligned_bytes);
  const auto two = random_bytes(random, 2 * pack_aligned_bytes);
  temp_dir dir;
  auto there = empty_tree();
  there["a"] = node::file(one);
  there["b"] = node::file(two);
  put_on_disk(dir / "to", there);
  auto wanted = empty_tree();
  wanted["a"] = node::file(bytes(two.begin(), two.begin() + pack_aligned_bytes));
  wanted["b"] = node::file(two);
  std::copy(one.begin(), one.end(), wanted["b"].content.begin());
  wanted["c"] = node::file(one);
  const auto value = describe(wanted);
  auto out = make_tree_sink(dir / "to", value.what, {});
  REQUIRE(out);
  const auto plan = make_plan(hash_all(out->pack->old()), value.pack_tree);
  CHECK(plan.fetch_bytes == 0); // all of it is somewhere
  CHECK(plan.copy.size() == 3 * pack_aligned_bytes / chunk_bytes);
  REQUIRE(write_pack(*out->pack, value, 1) == errc::none);
  REQUIRE(out->pack->commit({}, {}) == errc::none);
  CHECK(difference(read_tree(dir / "to"), wanted) == "");
}

TEST_CASE("more files than are open at once grow side by side",
          "[tree_sink]") {
  std::mt19937_64 random{14};
  auto wanted = empty_tree();
  auto there = empty_tree();
  for (auto i = 0; i < 100; ++i) {
    const auto name = "f" + std::to_string(i);
    wanted[name] = node::file(random_bytes(random, 3 * chunk_bytes));
    if (i % 2 == 0) {
      there[name] = wanted[name];
      there[name].content[chunk_bytes] ^= std::byte{1};
    }
  }
  temp_dir dir;
  put_on_disk(dir / "to", there);
  check_becomes(dir, wanted); // chunks come in random order
}

TEST_CASE("zeros take no room on the disk", "[tree_sink]") {
  temp_dir dir;
  auto wanted = empty_tree();
  wanted["zeros"] = node::file(bytes(8u << 20));
  check_becomes(dir, wanted);
  struct stat info {};
  REQUIRE(::stat((dir / "to/zeros").c_str(), &info) == 0);
  CHECK(info.st_blocks * 512 < 64 * 1024);
  // Nor does anything of an old content show through them.
  wanted["zeros"].content = bytes(8u << 20, std::byte{1});
  put_on_disk(dir / "old", wanted);
  wanted["zeros"].content.assign(8u << 20, std::byte{0});
  wanted["zeros"].content[chunk_bytes] = std::byte{1};
  REQUIRE(sync_tree(dir / "old", describe(wanted)) == errc::none);
  CHECK(difference(read_tree(dir / "old"), wanted) == "");
}

TEST_CASE("nothing is left of a sync that is given up", "[tree_sink]") {
  const auto wanted = describe(some_tree());
  for (const bool is_there : {false, true}) {
    temp_dir dir;
    auto before = some_tree();
    before["a"].content.clear();
    before.erase("d/large");
    if (is_there)
      put_on_disk(dir / "to", before);
    const auto check = [&] {
      CHECK(dir.names() == (is_there ? std::vector<std::string>{"to"}
                                     : std::vector<std::string>{}));
      if (is_there)
        CHECK(difference(read_tree(dir / "to"), before) == "");
    };
    for (const bool by_destructor : {false, true}) {
      auto out = make_tree_sink(dir / "to", wanted.what, {});
      REQUIRE(out);
      REQUIRE(write_pack(*out->pack, wanted, 1) == errc::none);
      CHECK(read_tree(dir.path()).size() > (is_there ? before.size() + 1 : 1));
      if (by_destructor)
        out->pack.reset();
      else
        out->pack->discard();
      check();
    }
  }
}

TEST_CASE("a length that is not the pack's is refused", "[tree_sink]") {
  temp_dir dir;
  const auto wanted = describe(some_tree());
  auto out = make_tree_sink(dir / "to", wanted.what, {});
  REQUIRE(out);
  CHECK(out->pack->begin(wanted.pack.size() + 1) == errc::invalid_argument);
  CHECK(out->pack->begin(0) == errc::invalid_argument);
  CHECK(out->pack->begin(wanted.pack.size()) == errc::none);
}

TEST_CASE("a file that changes while it is compared ends the sync",
          "[tree_sink]") {
  std::mt19937_64 random{15};
  auto there = some_tree();
  auto wanted = there;
  wanted["z"].content[0] ^= std::byte{1};
  // Made anew, in a chunk with one that is, in none.
  for (const std::string touched : {"z", "d/large", "a"}) {
    CAPTURE(touched);
    temp_dir dir;
    put_on_disk(dir / "to", there);
    const auto value = describe(wanted);
    auto out = make_tree_sink(dir / "to", value.what, {});
    REQUIRE(out);
    REQUIRE(out->pack->begin(value.pack.size()) == errc::none);
    const auto plan = make_plan(hash_all(out->pack->old()), value.pack_tree);
    const auto end = value.pack.size();
    for (auto chunk = plan.keep.next(0); chunk < plan.keep.chunks();
         chunk = plan.keep.next(chunk + 1)) {
      const auto range = chunk_range(end, chunk);
      REQUIRE(out->pack->copy_from_old(range, range.offset) == errc::none);
    }
    auto changed = there;
    changed[touched].content = bytes_of("changed by somebody else");
    write_file(dir / "to" / touched, changed[touched].content);
    auto result = errc::none;
    for (const auto& chunk : plan.fetch)
      for (const auto place : chunk.places) {
        const auto range = chunk_range(end, place);
        if (result == errc::none)
          result = out->pack->write_at(
              range.offset, std::span<const std::byte>{value.pack}.subspan(
                                range.offset, range.length));
      }
    if (result == errc::none)
      result = out->pack->commit({}, {});
    CHECK(result == errc::source_changed);
    out->pack.reset();
    CHECK(difference(read_tree(dir / "to"), changed) == "");
  }
}

TEST_CASE("a write that fails leaves the directory as it was",
          "[tree_sink]") {
  temp_dir dir;
  auto before = some_tree();
  before["a"].content.clear();
  before.erase("d/large");
  put_on_disk(dir / "to", before);
  const auto wanted = describe(some_tree());
  // The limit is for a process of its own.
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{60'000, 60'000};
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0)
      ::_exit(100);
    ::_exit(static_cast<int>(sync_tree(dir / "to", wanted)));
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(static_cast<errc>(WEXITSTATUS(status)) == errc::too_large);
  CHECK(difference(read_tree(dir / "to"), before) == "");
  CHECK(dir.names() == std::vector<std::string>{"to"});
}

TEST_CASE("the place of a directory has to be one", "[tree_sink]") {
  temp_dir dir;
  const auto what = describe(some_tree()).what;
  write_file(dir / "file", bytes_of("x"));
  fs::create_symlink("nowhere", dir / "dangling");
  const auto error_at = [&](const fs::path& path) {
    const auto out = make_tree_sink(path, what, {});
    return out ? errc::none : out.error().code;
  };
  CHECK(error_at(dir / "file") == errc::not_directory);
  CHECK(error_at(dir / "file/below") == errc::not_directory);
  CHECK(error_at(dir / "absent/below") == errc::not_found);
  CHECK(error_at(dir / "absent") == errc::none);
  CHECK(error_at(dir / "absent/") == errc::none);
  // A link to nowhere is not followed to make a directory there.
  CHECK(sync_tree(dir / "dangling", describe(some_tree())) != errc::none);
  CHECK(dir.names() == std::vector<std::string>{"dangling", "file"});
}
