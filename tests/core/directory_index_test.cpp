// SPDX-License-Identifier: BSD-3-Clause
#include "core/directory_index.hpp"
#include "core/tree_build.hpp"
#include "tests/core/temp_dir.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

entry_tree tree_by(hash_type type) {
  return [type](const scanned_entry& entry) {
    tree_build build{type, entry.content};
    while (build.hash_next_range() == tree_build::step::more) {
    }
    return build.finish();
  };
}

/// Owner, group and time of the known sample; false without the privilege.
bool set_sample_stat(const fs::path& path) {
  const timespec times[2] = {{1700000000, 123456789}, {1700000000, 123456789}};
  return ::fchownat(AT_FDCWD, path.c_str(), 1000, 1001,
                    AT_SYMLINK_NOFOLLOW) == 0 &&
         ::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0;
}

/// The directory that the known values are of.
bool make_sample(const fs::path& top) {
  fs::create_directories(top / "sub");
  fs::create_directories(top / "emptydir");
  write_file(top / "f5000", gen2(5000));
  write_file(top / "f98309", gen2(98309));
  write_file(top / "empty", {});
  write_file(top / "sub/f1", bytes_of("hello\n"));
  fs::create_symlink("f5000", top / "link");
  for (const auto* each : {"", "sub", "emptydir"})
    ::chmod((top / each).c_str(), 0755);
  for (const auto* each : {"f5000", "f98309", "empty"})
    ::chmod((top / each).c_str(), 0644);
  ::chmod((top / "sub/f1").c_str(), 0600);
  bool done = true;
  for (const auto* each : {"f5000", "f98309", "empty", "sub/f1", "link", "sub",
                           "emptydir", "."})
    done = set_sample_stat(top / each) && done;
  return done;
}

std::vector<std::string> names_of(const directory_scan& scan) {
  std::vector<std::string> names;
  for (const auto& each : scan.entries)
    names.push_back(each.header.name);
  return names;
}

} // namespace

TEST_CASE("a directory is indexed as librecast indexes it",
          "[directory_index][vectors]") {
  temp_dir dir;
  if (!make_sample(dir / "sharedir")) {
    WARN("skipped: only root can give files away");
    return;
  }
  for_each_vectors([&](hash_type type, const nlohmann::json& vectors) {
    const auto scan = scan_directory(dir / "sharedir");
    REQUIRE(scan);
    share_index index{type};
    const auto ids = index_directory(index, *scan, tree_by(type));
    REQUIRE(ids);
    CHECK(to_hex(ids->of.at(0)) == vectors["directory_root"]["root"]);
    CHECK(ids->files == 4);
    CHECK(ids->directories == 3);
    CHECK(ids->links == 1);
    CHECK(ids->bytes == 5000 + 98309 + 6);
    std::size_t compared = 0;
    for (const auto& expected : vectors["mdex"]["entries"]) {
      const std::string name = expected["name"];
      CAPTURE(name);
      const auto alias = hash_of(type, name);
      CHECK(to_hex(alias) == expected["alias"]);
      const auto found = index.find(
          std::span{alias.bytes}.first(object_directory::group_key_bytes));
      REQUIRE(found);
      CHECK(to_hex(found->id) == expected["target"]);
      const auto* object = std::get_if<indexed_object>(&found->entry);
      REQUIRE(object != nullptr);
      const auto view = object->bytes.view();
      const auto header = parse_header(view, 1u << 20);
      REQUIRE(header);
      CHECK(header->name == name);
      if (header->kind() == object_kind::directory) {
        const auto listed = parse_directory(view);
        REQUIRE(listed);
        CHECK(hex(std::as_bytes(std::span{*listed})) == expected["dir"]);
      }
      ++compared;
    }
    CHECK(compared == 8);
  });
}

TEST_CASE("a scan lists names in descending order of their bytes",
          "[directory_index]") {
  temp_dir dir;
  fs::create_directories(dir / "d/b");
  for (const auto* name : {"a", "B", "b/x", "b.c", "\xc3\xa9", "\xff\xfe", "z z",
                           "new\nline", "-"})
    write_file(dir / "d" / name, bytes_of("1"));
  const auto scan = scan_directory(dir / "d");
  REQUIRE(scan);
  CHECK(names_of(*scan) ==
        std::vector<std::string>{"d", "d/\xff\xfe", "d/\xc3\xa9", "d/z z",
                                 "d/new\nline", "d/b.c", "d/b", "d/b/x", "d/a",
                                 "d/B", "d/-"});
  CHECK(scan->entries[0].children ==
        std::vector<std::size_t>{1, 2, 3, 4, 5, 6, 8, 9, 10});
  CHECK(scan->entries[6].children == std::vector<std::size_t>{7});
  CHECK(scan->entries[7].path_below == "b/x");
}

TEST_CASE("special files are named as skipped and links are not followed",
          "[directory_index]") {
  temp_dir dir;
  fs::create_directories(dir / "d");
  fs::create_directories(dir / "outside");
  write_file(dir / "outside/secret", bytes_of("secret"));
  fs::create_directory_symlink(dir / "outside", dir / "d/link");
  fs::create_symlink("nowhere", dir / "d/dangling");
  REQUIRE(::mkfifo((dir / "d/fifo").c_str(), 0600) == 0);
  const auto scan = scan_directory(dir / "d");
  REQUIRE(scan);
  CHECK(names_of(*scan) ==
        std::vector<std::string>{"d", "d/link", "d/dangling"});
  CHECK(scan->entries[1].target == (dir / "outside").string());
  CHECK(scan->skipped == std::vector<std::string>{"d/fifo"});
}

TEST_CASE("a directory that is a link, a file or absent is an error",
          "[directory_index]") {
  temp_dir dir;
  fs::create_directories(dir / "d");
  fs::create_directory_symlink("d", dir / "link");
  write_file(dir / "file", bytes_of("x"));
  CHECK(scan_directory(dir / "link").error().code == errc::is_symlink);
  CHECK(scan_directory((dir / "link").string() + "/").error().code ==
        errc::is_symlink);
  CHECK(scan_directory(dir / "file").error().code == errc::not_directory);
  const auto absent = scan_directory(dir / "absent");
  CHECK(absent.error().code == errc::not_found);
  CHECK(absent.error().what == (dir / "absent").string());
  CHECK(scan_directory("/").error().code == errc::invalid_argument);
}

TEST_CASE("slashes and dots at the end of a path do not change the name",
          "[directory_index]") {
  temp_dir dir;
  fs::create_directories(dir / "d/sub");
  for (const std::string path : {"d", "d/", "d//", "d/.", "d/sub/.."}) {
    CAPTURE(path);
    const auto scan = scan_directory(dir.path().string() + "/" + path);
    REQUIRE(scan);
    CHECK(names_of(*scan) == std::vector<std::string>{"d", "d/sub"});
  }
  const auto named = scan_directory(dir / "d", {"other", 1000});
  REQUIRE(named);
  CHECK(names_of(*named) == std::vector<std::string>{"other", "other/sub"});
}

TEST_CASE("a limit of levels leaves deeper directories empty",
          "[directory_index]") {
  temp_dir dir;
  fs::create_directories(dir / "d/sub/deep");
  write_file(dir / "d/sub/file", bytes_of("x"));
  const auto scan = scan_directory(dir / "d", {"", 0});
  REQUIRE(scan);
  CHECK(names_of(*scan) == std::vector<std::string>{"d", "d/sub"});
  const auto one = scan_directory(dir / "d", {"", 1});
  REQUIRE(one);
  CHECK(names_of(*one) == std::vector<std::string>{"d", "d/sub", "d/sub/file",
                                                   "d/sub/deep"});
}

TEST_CASE("an unreadable directory fails the scan and is named",
          "[directory_index]") {
  if (::geteuid() == 0) {
    WARN("skipped: root reads everything");
    return;
  }
  temp_dir dir;
  fs::create_directories(dir / "d/closed");
  ::chmod((dir / "d/closed").c_str(), 0);
  const auto scan = scan_directory(dir / "d");
  ::chmod((dir / "d/closed").c_str(), 0700);
  REQUIRE_FALSE(scan);
  CHECK(scan.error().code == errc::access_denied);
  CHECK(scan.error().what == (dir / "d/closed").string());
}

TEST_CASE("a file that changes before it is hashed fails the index",
          "[directory_index]") {
  temp_dir dir;
  fs::create_directories(dir / "d");
  write_file(dir / "d/file", bytes_of("before"));
  const auto scan = scan_directory(dir / "d");
  REQUIRE(scan);
  write_file(dir / "d/file", bytes_of("longer than before"));
  share_index index{hash_type::blake2b};
  const auto ids = index_directory(index, *scan, tree_by(hash_type::blake2b));
  REQUIRE_FALSE(ids);
  CHECK(ids.error().code == errc::source_changed);
  CHECK(ids.error().what == "d/file");
}

TEST_CASE("more files than descriptors can be indexed", "[directory_index]") {
  temp_dir dir;
  fs::create_directories(dir / "d");
  constexpr auto count = 3000;
  for (auto i = 0; i < count; ++i)
    write_file(dir / "d" / std::to_string(i), bytes_of(std::to_string(i)));
  const auto scan = scan_directory(dir / "d");
  REQUIRE(scan);
  share_index index{hash_type::blake2b};
  const auto ids = index_directory(index, *scan, tree_by(hash_type::blake2b));
  REQUIRE(ids);
  CHECK(ids->files == count);
  CHECK(index.size() == 3 * count + 2);
}
