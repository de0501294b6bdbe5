// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_attributes.hpp"
#include "core/tree_sink.hpp"
#include "tests/core/trees.hpp"

#include <fcntl.h>

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

struct stat info_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info;
}

tree some_tree() {
  auto all = empty_tree();
  all[""].mode = S_IFDIR | 0750;
  all["d"] = node::directory();
  all["d"].mode = S_IFDIR | 0555;
  all["d/e"] = node::directory();
  all["d/e"].mode = S_IFDIR | 0700;
  all["d/e/f"] = node::file(bytes_of("content"));
  all["d/e/f"].mode = S_IFREG | 0440;
  all["d/empty"] = node::file({});
  all["d/empty"].mode = S_IFREG | 0604;
  all["d/link"] = node::link("e/f");
  std::int64_t time = 1'400'000'000;
  for (auto& [path, one] : all)
    one.mtime_s = ++time;
  return all;
}

tree_sink_options all_metadata() {
  tree_sink_options options;
  options.metadata = {true, true, true, true, false};
  return options;
}

void check_metadata(const fs::path& top, const tree& wanted) {
  for (const auto& [path, one] : wanted) {
    CAPTURE(path);
    const auto info = info_of(top / path);
    CHECK(info.st_mtim.tv_sec == one.mtime_s);
    CHECK(info.st_mtim.tv_nsec == 7000);
    if (!S_ISLNK(one.mode))
      CHECK(info.st_mode == one.mode);
  }
}

/// Runs as nobody while it lives; is_possible tells whether it can.
class as_nobody {
public:
  as_nobody()
      : is_possible(::geteuid() == 0 && ::setegid(65534) == 0 &&
                    ::seteuid(65534) == 0) {}
  as_nobody(const as_nobody&) = delete;
  as_nobody& operator=(const as_nobody&) = delete;
  ~as_nobody() {
    if (is_possible) {
      CHECK(::seteuid(0) == 0);
      CHECK(::setegid(0) == 0);
    }
  }
  const bool is_possible;
};

} // namespace

TEST_CASE("a new tree gets the times and modes of the share", "[tree_sink]") {
  temp_dir dir;
  const auto wanted = some_tree();
  REQUIRE(sync_tree(dir / "to", describe(wanted), all_metadata()) ==
          errc::none);
  check_metadata(dir / "to", wanted);
}

TEST_CASE("a directory keeps its times although things happen in it",
          "[tree_sink]") {
  // Files replaced, a link replaced, entries deleted, and the folder of our
  // own: all of that changes the times of directories.
  temp_dir dir;
  const auto wanted = some_tree();
  auto there = wanted;
  there["d/e/f"].content = bytes_of("CONTENT");
  there["d/link"].target = "elsewhere";
  there["d/e/extra"] = node::file(bytes_of("x"));
  there["extra"] = node::directory();
  put_on_disk(dir / "to", there);
  auto options = all_metadata();
  options.delete_others = true;
  REQUIRE(sync_tree(dir / "to", describe(wanted), options) == errc::none);
  CHECK(difference(read_tree(dir / "to"), wanted) == "");
  check_metadata(dir / "to", wanted);
}

TEST_CASE("metadata of an equal tree is brought up to date in place",
          "[tree_sink]") {
  temp_dir dir;
  const auto wanted = some_tree();
  put_on_disk(dir / "to", wanted);
  const auto before = info_of(dir / "to/d/e/f").st_ino;
  REQUIRE(sync_tree(dir / "to", describe(wanted), all_metadata()) ==
          errc::none);
  check_metadata(dir / "to", wanted);
  CHECK(info_of(dir / "to/d/e/f").st_ino == before);
}

TEST_CASE("only what is chosen is taken over", "[tree_sink]") {
  const auto old_mask = ::umask(027);
  temp_dir dir;
  const auto wanted = some_tree();
  SECTION("nothing") {
    REQUIRE(sync_tree(dir / "to", describe(wanted)) == errc::none);
    CHECK((info_of(dir / "to/d").st_mode & 07777) == 0750);
    CHECK((info_of(dir / "to/d/e/f").st_mode & 07777) == 0600);
    CHECK(info_of(dir / "to/d/e/f").st_mtim.tv_sec > 1'600'000'000);
  }
  SECTION("times") {
    tree_sink_options options;
    options.metadata.mtime = true;
    REQUIRE(sync_tree(dir / "to", describe(wanted), options) == errc::none);
    CHECK((info_of(dir / "to/d").st_mode & 07777) == 0750);
    CHECK(info_of(dir / "to/d").st_mtim.tv_sec == wanted.at("d").mtime_s);
  }
  SECTION("modes of files that stay and of those that are replaced") {
    put_on_disk(dir / "to", wanted);
    write_file(dir / "to/d/e/f", bytes_of("other"));
    REQUIRE(::chmod((dir / "to/d/e/f").c_str(), 0646) == 0);
    REQUIRE(::chmod((dir / "to/d/empty").c_str(), 0646) == 0);
    REQUIRE(sync_tree(dir / "to", describe(wanted)) == errc::none);
    CHECK((info_of(dir / "to/d/e/f").st_mode & 07777) == 0646);
    CHECK((info_of(dir / "to/d/empty").st_mode & 07777) == 0646);
    tree_sink_options options;
    options.metadata.mode = true;
    REQUIRE(sync_tree(dir / "to", describe(wanted), options) == errc::none);
    CHECK((info_of(dir / "to/d/e/f").st_mode & 07777) == 0440);
    CHECK((info_of(dir / "to/d/empty").st_mode & 07777) == 0604);
  }
  ::umask(old_mask);
}

TEST_CASE("owners are taken over as far as we may", "[tree_sink]") {
  temp_dir dir;
  auto value = describe(some_tree());
  auto changed = *value.what;
  for (auto& entry : changed.entries) {
    entry.metadata.uid = 1234;
    entry.metadata.gid = 2345;
  }
  value.what = std::make_shared<const catalogue>(std::move(changed));
  REQUIRE(sync_tree(dir / "to", value, all_metadata()) == errc::none);
  const bool is_root = ::geteuid() == 0;
  for (const auto& [path, one] : some_tree()) {
    const auto info = info_of(dir / "to" / path);
    CHECK(info.st_uid == (is_root ? 1234 : ::geteuid()));
    CHECK(info.st_gid == (is_root ? 2345 : ::getegid()));
  }
}

TEST_CASE("read-only directories are synchronised again without privilege",
          "[tree_sink]") {
  temp_dir dir;
  REQUIRE(::chmod(dir.path().c_str(), 0777) == 0);
  as_nobody whoever;
  if (!whoever.is_possible && ::geteuid() == 0)
    return;
  if (::geteuid() == 0) {
    WARN("skipped: root writes everywhere");
    return;
  }
  auto wanted = some_tree();
  REQUIRE(sync_tree(dir / "to", describe(wanted), all_metadata()) ==
          errc::none);
  check_metadata(dir / "to", wanted);
  wanted["d/empty"].content = bytes_of("no more");
  wanted["d/link"].target = "other";
  wanted["d/new"] = node::directory();
  SECTION("with the modes of the share") {
    REQUIRE(sync_tree(dir / "to", describe(wanted), all_metadata()) ==
            errc::none);
    check_metadata(dir / "to", wanted);
  }
  SECTION("with the modes that are there") {
    REQUIRE(sync_tree(dir / "to", describe(wanted)) == errc::none);
    CHECK((info_of(dir / "to/d").st_mode & 07777) == 0555);
  }
  CHECK(difference(read_tree(dir / "to"), wanted) == "");
  for (const auto* each : {"d", "d/e"})
    ::chmod((dir / "to" / each).c_str(), 0755);
}

TEST_CASE("a file that we may not read is replaced", "[tree_sink]") {
  temp_dir dir;
  REQUIRE(::chmod(dir.path().c_str(), 0777) == 0);
  as_nobody whoever;
  if (::geteuid() == 0) {
    WARN("skipped: root reads everything");
    return;
  }
  auto wanted = empty_tree();
  wanted["secret"] = node::file(bytes_of("content"));
  wanted["zeros"] = node::file(bytes(50'000));
  put_on_disk(dir / "to", wanted);
  write_file(dir / "to/zeros", bytes(50'000, std::byte{1}));
  for (const auto* each : {"secret", "zeros"})
    REQUIRE(::chmod((dir / "to" / each).c_str(), 0200) == 0);
  REQUIRE(sync_tree(dir / "to", describe(wanted)) == errc::none);
  CHECK(difference(read_tree(dir / "to"), wanted) == "");
}

TEST_CASE("what cannot be deleted is an error", "[tree_sink]") {
  temp_dir dir;
  REQUIRE(::chmod(dir.path().c_str(), 0777) == 0);
  as_nobody whoever;
  if (::geteuid() == 0) {
    WARN("skipped: root deletes everything");
    return;
  }
  const auto wanted = some_tree();
  put_on_disk(dir / "to", wanted);
  fs::create_directory(dir / "to/extra");
  write_file(dir / "to/extra/file", bytes_of("x"));
  REQUIRE(::chmod((dir / "to/extra").c_str(), 0555) == 0);
  auto options = all_metadata();
  options.delete_others = true;
  CHECK(sync_tree(dir / "to", describe(wanted), options) ==
        errc::access_denied);
  for (const auto* each : {"extra", "d"})
    ::chmod((dir / "to" / each).c_str(), 0755);
}

TEST_CASE("what is remembered of a tree spares reading it", "[tree_sink]") {
  temp_dir dir;
  const auto wanted = describe(some_tree());
  tree_sink_options options;
  options.memory = std::make_shared<const tree_memory>(dir / "memory",
                                                       hash_type::blake2b);
  REQUIRE(sync_tree(dir / "to", wanted, options) == errc::none);
  ::usleep(50'000); // younger files are not remembered
  REQUIRE(sync_tree(dir / "to", wanted, options) == errc::none);
  auto out = make_tree_sink(dir / "to", wanted.what, options);
  REQUIRE(out);
  CHECK(out->unchanged.count() == chunk_count(wanted.pack.size()));
  write_file(dir / "to/d/e/f", bytes_of("CONTENT"));
  out = make_tree_sink(dir / "to", wanted.what, options);
  REQUIRE(out);
  CHECK(out->unchanged.count() == 0);
}

TEST_CASE("a sharer that lies about a file's root is not believed later",
          "[tree_sink][hostile]") {
  temp_dir dir;
  auto honest_tree = some_tree();
  auto lying_tree = some_tree();
  lying_tree["d/e/f"].content = bytes_of("malware");
  REQUIRE(lying_tree["d/e/f"].content.size() ==
          honest_tree["d/e/f"].content.size());
  const auto honest = describe(honest_tree);
  auto lie = describe(lying_tree);
  auto what = *lie.what;
  for (std::size_t i = 0; i < what.entries.size(); ++i)
    what.entries[i].root = honest.what->entries[i].root;
  lie.what = std::make_shared<const catalogue>(std::move(what));
  tree_sink_options options;
  options.memory = std::make_shared<const tree_memory>(dir / "memory",
                                                       hash_type::blake2b);
  REQUIRE(sync_tree(dir / "to", lie, options) == errc::none);
  ::usleep(50'000);
  REQUIRE(sync_tree(dir / "to", lie, options) == errc::none);
  CHECK(read_file(dir / "to/d/e/f") == bytes_of("malware"));
  const auto out = make_tree_sink(dir / "to", honest.what, options);
  REQUIRE(out);
  CHECK(out->unchanged.count() == 0);
}
