// SPDX-License-Identifier: BSD-3-Clause
#include "core/local_sync.hpp"
#include "tests/core/temp_dir.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

local_sync_options in_memory() {
  local_sync_options options;
  options.sync_to_disk = false;
  return options;
}

local_sync_report sync_ok(const fs::path& from, const fs::path& to,
                          const local_sync_options& options = in_memory()) {
  const auto report = sync_local(from, to, options);
  INFO((report ? std::string{} : report.error().message()));
  REQUIRE(report);
  return *report;
}

error sync_error(const fs::path& from, const fs::path& to,
                 const local_sync_options& options = in_memory()) {
  const auto report = sync_local(from, to, options);
  REQUIRE_FALSE(report);
  return report.error();
}

struct stat status_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info;
}

void set_times(const fs::path& path, time_t atime, time_t mtime) {
  const timespec times[2] = {{atime, 5}, {mtime, 7}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
}

/// Everything below a directory: relative path -> content, target or "/".
std::map<std::string, std::string> picture_of(const fs::path& top) {
  std::map<std::string, std::string> picture;
  for (const auto& each : fs::recursive_directory_iterator{top}) {
    auto& what = picture[each.path().lexically_relative(top).string()];
    if (each.is_symlink())
      what = "-> " + fs::read_symlink(each.path()).string();
    else if (each.is_directory())
      what = "/";
    else
      what = hex(read_file(each.path()));
  }
  return picture;
}

void make_tree(const fs::path& top) {
  fs::create_directories(top / "sub/deep");
  fs::create_directories(top / "empty dir");
  write_file(top / "file", gen2(100000));
  write_file(top / "none", {});
  write_file(top / "sub/a\nb", gen1(10));
  write_file(top / "sub/deep/\xff", gen1(40000));
  fs::create_symlink("../file", top / "sub/link");
  fs::create_symlink("nowhere", top / "dangling");
}

} // namespace

TEST_CASE("files of every length are copied, and then not again",
          "[local_sync]") {
  temp_dir dir;
  for (const std::size_t length :
       {0u, 1u, 32767u, 32768u, 32769u, 1048576u, 1048577u, 3000000u}) {
    CAPTURE(length);
    const auto name = std::to_string(length);
    write_file(dir / name, gen2(length));
    const auto first = sync_ok(dir / name, dir / "copy");
    CHECK(read_file(dir / "copy") == gen2(length));
    CHECK(first.files == 1);
    CHECK(first.bytes == length);
    CHECK(first.chunks == (length == 0 ? 0 : chunk_count(length)));
    const auto before = status_of(dir / "copy");
    const auto second = sync_ok(dir / name, dir / "copy");
    CHECK(second.bytes_copied == 0);
    CHECK(second.chunks_copied == 0);
    CHECK(second.files_changed == 0);
    CHECK(status_of(dir / "copy").st_ino == before.st_ino);
    CHECK(status_of(dir / "copy").st_mtim.tv_nsec == before.st_mtim.tv_nsec);
  }
}

TEST_CASE("only chunks that differ are copied", "[local_sync]") {
  temp_dir dir;
  auto content = gen2(40 * 32768 + 100);
  write_file(dir / "to", content);
  content[0] ^= std::byte{1};
  content[17 * 32768 + 5] ^= std::byte{1};
  content[33 * 32768 + 5] ^= std::byte{1}; // in the second MiB
  content.back() ^= std::byte{1};
  write_file(dir / "from", content);
  const auto report = sync_ok(dir / "from", dir / "to");
  CHECK(report.chunks_copied == 4);
  CHECK(report.bytes_copied == 3 * 32768 + 100);
  CHECK(report.files_changed == 1);
  CHECK(read_file(dir / "to") == content);
  CHECK(dir.names() == std::vector<std::string>{"from", "to"});
}

TEST_CASE("a file becomes longer, shorter and empty", "[local_sync]") {
  temp_dir dir;
  for (const auto& [before, after] :
       {std::pair{100000u, 200000u}, {200000u, 100000u}, {200000u, 0u},
        {0u, 5u}, {65536u, 32768u}, {1048576u, 2097152u}}) {
    CAPTURE(before, after);
    write_file(dir / "to", gen2(before));
    write_file(dir / "from", gen2(after)); // one is the other's beginning
    const auto report = sync_ok(dir / "from", dir / "to");
    CHECK(read_file(dir / "to") == gen2(after));
    CHECK(report.files_changed == 1);
    CHECK(report.bytes_copied < (after > before ? after - before + 32768 : 32769));
  }
}

TEST_CASE("a file goes into a directory under its own name", "[local_sync]") {
  temp_dir dir;
  write_file(dir / "file", gen1(10));
  fs::create_directory(dir / "d");
  sync_ok(dir / "file", dir / "d");
  CHECK(read_file(dir / "d/file") == gen1(10));
  CHECK(sync_error(dir / "file", (dir / "absent").string() + "/").code ==
        errc::not_found);
  CHECK(sync_error(dir / "file", dir / "absent/x").code == errc::not_found);
  const auto absent = sync_error(dir / "absent", dir / "x");
  CHECK(absent.code == errc::not_found);
  CHECK(absent.what == (dir / "absent").string());
  CHECK(sync_error((dir / "file").string() + "/", dir / "x").code ==
        errc::not_directory);
}

TEST_CASE("a directory arrives as it is, and then costs nothing",
          "[local_sync]") {
  temp_dir dir;
  make_tree(dir / "from");
  SECTION("below the destination, which is made") {
    const auto report = sync_ok(dir / "from", dir / "to");
    CHECK(picture_of(dir / "to/from") == picture_of(dir / "from"));
    CHECK(report.files == 4);
    CHECK(report.directories == 4);
    CHECK(report.links == 2);
    CHECK(report.files_changed == 4);
    CHECK(report.bytes_copied == 100000 + 10 + 40000);
    const auto again = sync_ok(dir / "from", dir / "to");
    CHECK(again.bytes_copied == 0);
    CHECK(again.files_changed == 0);
    CHECK(again.files == 4);
  }
  SECTION("as the destination, with a slash") {
    sync_ok((dir / "from").string() + "/", dir / "to");
    CHECK(picture_of(dir / "to") == picture_of(dir / "from"));
  }
  SECTION("into what is there already") {
    make_tree(dir / "to/from");
    write_file(dir / "to/from/file", gen2(50000));
    fs::remove(dir / "to/from/dangling");
    fs::create_symlink("elsewhere", dir / "to/from/dangling");
    write_file(dir / "to/from/extra", gen1(1));
    const auto report = sync_ok(dir / "from", dir / "to");
    CHECK(report.files_changed == 1);
    auto expected = picture_of(dir / "from");
    expected["extra"] = hex(gen1(1));
    CHECK(picture_of(dir / "to/from") == expected);
  }
  SECTION("without recursion") {
    auto options = in_memory();
    options.recurse = false;
    sync_ok(dir / "from", dir / "to", options);
    const auto picture = picture_of(dir / "to/from");
    CHECK(picture.count("file") == 1);
    CHECK(picture.at("sub") == "/");
    CHECK(picture.count("sub/deep") == 0);
  }
}

TEST_CASE("metadata is taken over as chosen", "[local_sync]") {
  temp_dir dir;
  make_tree(dir / "from");
  ::chmod((dir / "from/file").c_str(), 0751);
  ::chmod((dir / "from/sub").c_str(), 0555);
  for (const auto* each : {"file", "sub/deep/\xff", "sub/link", "sub", ""})
    set_times(dir / "from" / each, 1000, 2000);
  auto options = in_memory();
  options.metadata.mode = options.metadata.mtime = true;
  sync_ok(dir / "from", dir / "to", options);
  for (const auto* each : {"file", "sub/deep/\xff", "sub/link", "sub", ""}) {
    CAPTURE(each);
    const auto info = status_of(dir / "to/from" / each);
    CHECK(info.st_mtim.tv_sec == 2000);
    CHECK(info.st_mtim.tv_nsec == 7);
    CHECK(info.st_atim.tv_sec != 0); // what is not chosen is left alone
  }
  CHECK((status_of(dir / "to/from/file").st_mode & 07777) == 0751);
  CHECK((status_of(dir / "to/from/sub").st_mode & 07777) == 0555);
  ::chmod((dir / "to/from/sub").c_str(), 0755);
  ::chmod((dir / "from/sub").c_str(), 0755);
}

TEST_CASE("without a choice new files get the old mode and the umask",
          "[local_sync]") {
  temp_dir dir;
  write_file(dir / "from", gen1(10));
  ::chmod((dir / "from").c_str(), 0777);
  const auto before = ::umask(027);
  sync_ok(dir / "from", dir / "to");
  CHECK((status_of(dir / "to").st_mode & 07777) == 0750);
  ::chmod((dir / "to").c_str(), 0604);
  write_file(dir / "from", gen1(11));
  sync_ok(dir / "from", dir / "to");
  ::umask(before);
  CHECK((status_of(dir / "to").st_mode & 07777) == 0604);
}

TEST_CASE("nothing is followed or replaced that should not be",
          "[local_sync]") {
  temp_dir dir;
  make_tree(dir / "from");
  fs::create_directories(dir / "outside");
  fs::create_directories(dir / "to/from");
  SECTION("a link where a directory belongs") {
    fs::create_directory_symlink(dir / "outside", dir / "to/from/sub");
    const auto failed = sync_error(dir / "from", dir / "to");
    CHECK(failed.code == errc::is_symlink);
    CHECK(failed.what == (dir / "to/from/sub").string());
  }
  SECTION("a link as the directory itself") {
    fs::remove(dir / "to/from");
    fs::create_directory_symlink(dir / "outside", dir / "to/from");
    CHECK(sync_error(dir / "from", dir / "to").code == errc::is_symlink);
  }
  SECTION("a link where a file belongs is replaced") {
    write_file(dir / "outside/file", gen1(3));
    fs::create_symlink(dir / "outside/file", dir / "to/from/file");
    sync_ok(dir / "from", dir / "to");
    CHECK(read_file(dir / "outside/file") == gen1(3));
    CHECK_FALSE(fs::is_symlink(dir / "to/from/file"));
  }
  SECTION("a directory where a file belongs") {
    fs::create_directory(dir / "to/from/file");
    CHECK(sync_error(dir / "from", dir / "to").code == errc::is_directory);
  }
  SECTION("a directory where a link belongs") {
    fs::create_directory(dir / "to/from/dangling");
    CHECK(sync_error(dir / "from", dir / "to").code == errc::is_directory);
  }
  SECTION("a file where a directory belongs") {
    write_file(dir / "to/from/sub", gen1(1));
    CHECK(sync_error(dir / "from", dir / "to").code == errc::not_directory);
  }
  CHECK(fs::is_directory(dir / "outside"));
  CHECK_FALSE(fs::exists(dir / "outside/deep"));
}

TEST_CASE("links and special files", "[local_sync]") {
  temp_dir dir;
  fs::create_directory(dir / "d");
  fs::create_symlink("target", dir / "link");
  sync_ok(dir / "link", dir / "copy");
  CHECK(fs::read_symlink(dir / "copy") == "target");
  write_file(dir / "file", gen1(5));
  sync_ok(dir / "link", dir / "file"); // takes a file's place
  CHECK(fs::read_symlink(dir / "file") == "target");
  fs::create_directory_symlink("d", dir / "to d");
  write_file(dir / "d/x", gen1(5));
  sync_ok((dir / "to d").string() + "/", dir / "e");
  CHECK(read_file(dir / "e/x") == gen1(5));
  REQUIRE(::mkfifo((dir / "d/fifo").c_str(), 0600) == 0);
  const auto report = sync_ok(dir / "d", dir / "f");
  CHECK(report.skipped == std::vector<std::string>{"d/fifo"});
  CHECK(sync_error(dir / "d/fifo", dir / "g").code == errc::unsupported);
}

TEST_CASE("holes stay holes", "[local_sync]") {
  temp_dir dir;
  write_file(dir / "from", gen1(5));
  fs::resize_file(dir / "from", 64u << 20);
  sync_ok(dir / "from", dir / "to");
  CHECK(fs::file_size(dir / "to") == 64u << 20);
  CHECK(status_of(dir / "to").st_blocks * 512 <= 1 << 20);
}

TEST_CASE("a sync that is told to stop leaves the old file",
          "[local_sync]") {
  temp_dir dir;
  write_file(dir / "from", gen2(5u << 20));
  write_file(dir / "to", gen1(100));
  auto options = in_memory();
  auto left = 3;
  options.go_on = [&left] { return left-- > 0; };
  CHECK(sync_error(dir / "from", dir / "to", options).code == errc::cancelled);
  CHECK(read_file(dir / "to") == gen1(100));
  CHECK(dir.names() == std::vector<std::string>{"from", "to"});
}

TEST_CASE("each entry is announced", "[local_sync]") {
  temp_dir dir;
  fs::create_directories(dir / "from/sub");
  write_file(dir / "from/sub/f", gen1(5));
  auto options = in_memory();
  std::vector<std::string> said;
  options.on_entry = [&](const std::string& path) { said.push_back(path); };
  sync_ok(dir / "from", dir / "to", options);
  CHECK(said == std::vector<std::string>{(dir / "to/from").string(),
                                         (dir / "to/from/sub").string(),
                                         (dir / "to/from/sub/f").string()});
}

namespace {

std::vector<std::string> changed_paths(const local_sync_report& report) {
  std::vector<std::string> paths;
  for (const auto& one : report.changes)
    paths.push_back((one.is_new ? "+" : one.content ? ">" : ".") + one.path);
  return paths;
}

} // namespace

TEST_CASE("a dry run says what a sync then does, and does nothing",
          "[local_sync]") {
  temp_dir dir;
  fs::create_directories(dir / "a/new/deep");
  fs::create_directories(dir / "a/old");
  write_file(dir / "a/new/deep/file", bytes_of("one"));
  write_file(dir / "a/old/same", bytes_of("two"));
  write_file(dir / "a/old/other", bytes_of("three"));
  write_file(dir / "a/old/late", bytes_of("four"));
  fs::create_symlink("old", dir / "a/link");
  fs::create_directories(dir / "b/old");
  write_file(dir / "b/old/same", bytes_of("two"));
  write_file(dir / "b/old/other", bytes_of("THREE"));
  write_file(dir / "b/old/late", bytes_of("four"));
  fs::create_symlink("new", dir / "b/link");
  for (const auto* each : {"a/old/same", "b/old/same", "a/old/other",
                           "b/old/other", "a/old/late"})
    set_times(dir / each, 1, 1);
  set_times(dir / "b/old/late", 1, 2);
  auto options = in_memory();
  options.list_changes = true;
  options.metadata.mtime = true;
  for (const auto* each : {"a", "a/new", "a/new/deep", "a/old", "b", "b/old",
                           "a/link", "b/link"})
    set_times(dir / each, 1, 1);
  const auto before = picture_of(dir / "b");
  options.dry_run = true;
  const auto planned = sync_ok((dir / "a/").string() + "/", dir / "b", options);
  CHECK(picture_of(dir / "b") == before);
  CHECK(status_of(dir / "b/old/late").st_mtim.tv_sec == 2);
  CHECK(changed_paths(planned) ==
        std::vector<std::string>{">link", "+new", "+new/deep",
                                 "+new/deep/file", ".old/late", ">old/other"});
  options.dry_run = false;
  const auto done = sync_ok((dir / "a/").string() + "/", dir / "b", options);
  CHECK(picture_of(dir / "b") == picture_of(dir / "a"));
  CHECK(planned.changes == done.changes);
  CHECK(planned.files == done.files);
  CHECK(planned.files_changed == done.files_changed);
  CHECK(planned.chunks_copied == done.chunks_copied);
  CHECK(planned.bytes_copied == done.bytes_copied);
  CHECK(planned.directories == done.directories);
  CHECK(planned.links == done.links);
  const auto again = sync_ok((dir / "a/").string() + "/", dir / "b", options);
  CHECK(again.changes.empty());
}

TEST_CASE("a dry run of a copy that is not there, and of a single file",
          "[local_sync]") {
  temp_dir dir;
  fs::create_directories(dir / "a/sub");
  write_file(dir / "a/sub/file", bytes_of("one"));
  auto options = in_memory();
  options.list_changes = options.dry_run = true;
  CHECK(changed_paths(sync_ok(dir / "a", dir / "to", options)) ==
        std::vector<std::string>{"+", "+sub", "+sub/file"});
  CHECK(!fs::exists(dir / "to"));
  fs::create_directory(dir / "to");
  CHECK(changed_paths(sync_ok(dir / "a", dir / "to", options)) ==
        std::vector<std::string>{"+", "+sub", "+sub/file"});
  CHECK(fs::is_empty(dir / "to"));
  CHECK(changed_paths(sync_ok(dir / "a/sub/file", dir / "to", options)) ==
        std::vector<std::string>{"+file"});
  CHECK(fs::is_empty(dir / "to"));
  CHECK(sync_error(dir / "a", dir / "none/to", options).code ==
        errc::not_found);
}

TEST_CASE("what is excluded is not copied", "[local_sync]") {
  temp_dir dir;
  fs::create_directories(dir / "a/cache");
  write_file(dir / "a/cache/file", bytes_of("one"));
  write_file(dir / "a/keep", bytes_of("two"));
  fs::create_directories(dir / "b/a/cache");
  write_file(dir / "b/a/cache/mine", bytes_of("three"));
  auto options = in_memory();
  options.exclude = exclude_patterns{{"/a/cache/"}};
  CHECK(sync_ok(dir / "a", dir / "b", options).files == 1);
  CHECK(fs::exists(dir / "b/a/keep"));
  CHECK(fs::exists(dir / "b/a/cache/mine"));
  CHECK(!fs::exists(dir / "b/a/cache/file"));
}
