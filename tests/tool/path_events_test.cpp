// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sharing/path_events.hpp"

#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"

using namespace troupe;
using namespace troupe;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, const char* text) {
  std::ofstream{path} << text;
}

} // namespace

TEST_CASE("a file that is written, replaced or removed is told of") {
  const test::temp_dir folder;
  write(folder / "file", "one");
  path_events events;
  REQUIRE(events.watch(folder / "file"));
  CHECK_FALSE(events.happened());
  write(folder / "file", "two");
  CHECK(events.happened());
  CHECK_FALSE(events.happened());
  write(folder / "other", "three");
  CHECK_FALSE(events.happened()); // is nothing of ours
  fs::rename(folder / "other", folder / "file");
  CHECK(events.happened());
  write(folder / "file", "four"); // another inode by now
  CHECK(events.happened());
  fs::remove(folder / "file");
  CHECK(events.happened());
  write(folder / "file", "five");
  CHECK(events.happened());
}

TEST_CASE("reading is nothing to tell of") {
  const test::temp_dir folder;
  write(folder / "file", "one");
  path_events events;
  REQUIRE(events.watch(folder.path()));
  std::ifstream in{folder / "file"};
  std::string text;
  in >> text;
  fs::directory_iterator{folder.path()};
  CHECK_FALSE(events.happened());
}

TEST_CASE("a directory is watched with all that is below, also what is new") {
  const test::temp_dir folder;
  fs::create_directories(folder / "tree/a/b");
  path_events events;
  REQUIRE(events.watch(folder / "tree/"));
  write(folder / "tree/a/b/file", "one");
  CHECK(events.happened());
  fs::create_directories(folder / "tree/new/x/y");
  CHECK(events.happened());
  write(folder / "tree/new/x/y/file", "two");
  CHECK(events.happened());
  fs::remove_all(folder / "tree/new");
  CHECK(events.happened());
  CHECK_FALSE(events.happened());
  write(folder / "beside", "three");
  CHECK_FALSE(events.happened());
}

TEST_CASE("no link is followed out of a directory") {
  const test::temp_dir folder;
  fs::create_directories(folder / "tree");
  fs::create_directories(folder / "elsewhere");
  fs::create_directory_symlink(folder / "elsewhere", folder / "tree/link");
  path_events events;
  REQUIRE(events.watch(folder / "tree"));
  write(folder / "elsewhere/file", "one");
  CHECK_FALSE(events.happened());
}

TEST_CASE("what is not there yet is told of when it comes") {
  const test::temp_dir folder;
  path_events events;
  CHECK(events.watch(folder / "tree"));
  fs::create_directory(folder / "tree");
  CHECK(events.happened());
  write(folder / "tree/file", "one");
  CHECK(events.happened());
  CHECK_FALSE(events.watch(folder / "no/such/folder"));
}
