// SPDX-License-Identifier: BSD-3-Clause
#include "core/destination.hpp"
#include "tests/core/temp_dir.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

errc put_file(const destination& below, const std::string& path,
              const bytes& content) {
  auto file = below.file(path, false);
  if (!file)
    return file.error().code;
  if (const auto e = (*file)->begin(content.size()); e != errc::none)
    return e;
  if (const auto e = (*file)->write_at(0, content); e != errc::none)
    return e;
  return (*file)->commit({}, {});
}

std::int64_t mtime_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mtim.tv_sec;
}

} // namespace

TEST_CASE("files, directories and links are put below a destination",
          "[destination]") {
  temp_dir dir;
  const auto below = destination::open(dir / "to", true);
  REQUIRE(below);
  CHECK(below->make_directory("d").code == errc::none);
  CHECK(below->make_directory("d/e").code == errc::none);
  CHECK(below->make_directory("d/e").code == errc::none); // is there
  CHECK(put_file(*below, "d/e/f", bytes_of("one")) == errc::none);
  CHECK(put_file(*below, "d/e/f", bytes_of("two")) == errc::none);
  CHECK(read_file(dir / "to/d/e/f") == bytes_of("two"));
  CHECK(below->make_link("d/l", "e/f", {}, {}).code == errc::none);
  CHECK(fs::read_symlink(dir / "to/d/l") == "e/f");
  CHECK(below->make_link("d/l", "e/g", {}, {}).code == errc::none);
  CHECK(fs::read_symlink(dir / "to/d/l") == "e/g");
  CHECK(below->make_link("d/e/f", "x", {}, {}).code == errc::none);
  CHECK(fs::read_symlink(dir / "to/d/e/f") == "x");
  CHECK(put_file(*below, "d/l", bytes_of("a file now")) == errc::none);
  CHECK(read_file(dir / "to/d/l") == bytes_of("a file now"));
  // Nothing temporary is left.
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& each :
       fs::recursive_directory_iterator{dir / "to"})
    ++entries;
  CHECK(entries == 4);
}

TEST_CASE("what is not shared is not removed through a link",
          "[destination]") {
  temp_dir dir;
  fs::create_directories(dir / "to");
  fs::create_directories(dir / "outside");
  write_file(dir / "outside/mine", bytes_of("mine"));
  fs::create_directory_symlink("../outside", dir / "to/sub");
  const auto below = destination::open(dir / "to", false);
  REQUIRE(below);
  catalogue_entry top, sub;
  top.metadata.mode = sub.metadata.mode = S_IFDIR | 0755;
  sub.path = "sub";
  std::uint64_t removed = 0;
  CHECK(below->remove_others({top, sub}, "share", {}, {}, removed).code ==
        errc::is_symlink);
  CHECK(removed == 0);
  CHECK(read_file(dir / "outside/mine") == bytes_of("mine"));
}

TEST_CASE("an equal link is left alone", "[destination]") {
  temp_dir dir;
  const auto below = destination::open(dir.path(), false);
  REQUIRE(below);
  REQUIRE(below->make_link("l", "t", {}, {}).code == errc::none);
  struct stat before {}, after {};
  REQUIRE(::lstat((dir / "l").c_str(), &before) == 0);
  REQUIRE(below->make_link("l", "t", {}, {}).code == errc::none);
  REQUIRE(::lstat((dir / "l").c_str(), &after) == 0);
  CHECK(before.st_ino == after.st_ino);
}

TEST_CASE("old content below a destination is compared", "[destination]") {
  temp_dir dir;
  fs::create_directory(dir / "d");
  write_file(dir / "d/f", bytes_of("old content"));
  const auto below = destination::open(dir.path(), false);
  REQUIRE(below);
  const auto file = below->file("d/f", false);
  REQUIRE(file);
  const auto old = (*file)->old();
  REQUIRE(old);
  bytes got(old->size());
  REQUIRE(old->read_at(0, got) == errc::none);
  CHECK(got == bytes_of("old content"));
  const auto absent = below->file("d/g", false);
  REQUIRE(absent);
  CHECK((*absent)->old() == nullptr);
}

TEST_CASE("what is in the way is named", "[destination]") {
  temp_dir dir;
  fs::create_directory(dir / "d");
  write_file(dir / "file", bytes_of("x"));
  fs::create_symlink("d", dir / "link");
  const auto below = destination::open(dir.path(), false);
  REQUIRE(below);
  CHECK(below->file("d", false).error().code == errc::is_directory);
  CHECK(below->make_link("d", "t", {}, {}).code == errc::is_directory);
  CHECK(below->make_directory("file").code == errc::not_directory);
  CHECK(below->make_directory("link").code == errc::is_symlink);
  const auto failed = below->make_directory("link/x");
  CHECK(failed.code == errc::is_symlink);
  CHECK(failed.what.find("link/x") != std::string::npos);
  CHECK(put_file(*below, "file/x", bytes_of("y")) == errc::not_directory);
  CHECK(dir.names() == std::vector<std::string>{"d", "file", "link"});
  CHECK(fs::is_empty(dir / "d"));
}

TEST_CASE("directories get their attributes at the end", "[destination]") {
  temp_dir dir;
  const auto below = destination::open(dir / "to", true);
  REQUIRE(below);
  file_metadata metadata;
  metadata.mode = S_IFDIR | 0711;
  metadata.mtime_s = 1'234'567'890;
  metadata_choice choice;
  choice.mtime = choice.mode = true;
  CHECK(below->make_directory("d").code == errc::none);
  CHECK(below->finish_directory("d", metadata, choice).code == errc::none);
  CHECK(below->finish_directory("", metadata, choice).code == errc::none);
  CHECK(mtime_of(dir / "to") == 1'234'567'890);
  CHECK(mtime_of(dir / "to/d") == 1'234'567'890);
  CHECK(fs::status(dir / "to/d").permissions() == fs::perms{0711});
  CHECK(below->finish_directory("absent", metadata, choice).code ==
        errc::not_found);
  CHECK(below->make_link("d/l", "t", metadata, choice).code == errc::none);
  CHECK(mtime_of(dir / "to/d/l") == 1'234'567'890);
}

TEST_CASE("a destination is a directory, or can become one",
          "[destination]") {
  temp_dir dir;
  write_file(dir / "file", bytes_of("x"));
  CHECK(destination::open(dir / "absent", false).error().code ==
        errc::not_found);
  CHECK(destination::open(dir / "absent/below", true).error().code ==
        errc::not_found);
  CHECK(destination::open(dir / "file", false).error().code ==
        errc::not_directory);
  CHECK(destination::open(dir / "file", true).error().code ==
        errc::not_directory);
  CHECK(destination::open(dir / "new", true));
  CHECK(destination::open(dir / "new", true));
}
