// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_place.hpp"
#include "core/journal.hpp"
#include "core/sink.hpp"
#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

using namespace troupe;
using troupe::test::temp_dir;

namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const fs::path& path, const std::string& content) {
  std::ofstream{path, std::ios::binary} << content;
}

std::span<const std::byte> bytes(const std::string& text) {
  return std::as_bytes(std::span{text});
}

std::uint64_t inode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_ino;
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator{folder}, {}));
}

std::unique_ptr<sink> open(const fs::path& path) {
  auto made = make_in_place_sink(path, false);
  REQUIRE(made);
  return std::move(*made);
}

} // namespace

TEST_CASE("an in-place sink changes the file itself at commit, and only then",
          "[in_place_sink]") {
  const temp_dir folder;
  const auto path = folder.path() / "file";
  write(path, "the old content");
  const auto inode = inode_of(path);
  auto out = open(path);
  REQUIRE(out->begin(20) == errc::none);
  REQUIRE(out->copy_from_old({0, 4}, 0) == errc::none);
  REQUIRE(out->write_at(4, bytes("new")) == errc::none);
  REQUIRE(out->copy_from_old({4, 8}, 12) == errc::none);
  CHECK(content_of(path) == "the old content");
  REQUIRE(out->commit({}, {}) == errc::none);
  CHECK(content_of(path) == "the new cont" + std::string{"old cont"});
  CHECK(inode_of(path) == inode);
  out.reset();
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("an in-place sink that is given up leaves the file and nothing else",
          "[in_place_sink]") {
  const temp_dir folder;
  const auto path = folder.path() / "file";
  write(path, "old");
  {
    auto out = open(path);
    REQUIRE(out->begin(3) == errc::none);
    REQUIRE(out->write_at(0, bytes("new")) == errc::none);
  }
  CHECK(content_of(path) == "old");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("an in-place sink shortens, empties and lengthens the file",
          "[in_place_sink]") {
  const temp_dir folder;
  const auto path = folder.path() / "file";
  const auto length = GENERATE(0u, 2u, 6u, 100000u);
  write(path, "abcdef");
  auto out = open(path);
  REQUIRE(out->begin(length) == errc::none);
  const auto kept = std::min<std::uint64_t>(length, 6);
  REQUIRE(out->copy_from_old({0, kept}, 0) == errc::none);
  const std::string tail(length - kept, 'z');
  REQUIRE(out->write_at(kept, bytes(tail)) == errc::none);
  REQUIRE(out->commit({}, {}) == errc::none);
  CHECK(content_of(path) == std::string{"abcdef"}.substr(0, kept) + tail);
}

TEST_CASE("an in-place sink refuses a file that changed meanwhile",
          "[in_place_sink]") {
  const temp_dir folder;
  const auto path = folder.path() / "file";
  write(path, "old content");
  auto out = open(path);
  REQUIRE(out->begin(3) == errc::none);
  REQUIRE(out->write_at(0, bytes("new")) == errc::none);
  write(path, "what somebody else wrote");
  CHECK(out->commit({}, {}) == errc::source_changed);
  out.reset();
  CHECK(content_of(path) == "what somebody else wrote");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("an in-place sink for a new file is a file sink", "[in_place_sink]") {
  const temp_dir folder;
  auto out = open(folder.path() / "file");
  REQUIRE(out->begin(3) == errc::none);
  REQUIRE(out->write_at(0, bytes("new")) == errc::none);
  CHECK_FALSE(fs::exists(folder.path() / "file"));
  REQUIRE(out->commit({}, {}) == errc::none);
  CHECK(content_of(folder.path() / "file") == "new");
}

namespace {

/// A journal of two writes for `path`, cut off after `keep_bytes` of it.
void leave_journal(const fs::path& path, std::uint64_t drop_bytes) {
  const auto where = file_place::open(posix_file_system(), path);
  REQUIRE(where);
  auto log = journal::begin(*where);
  REQUIRE(log);
  REQUIRE(log->append(0, bytes("NEW")) == errc::none);
  REQUIRE(log->append(8, bytes("CONTENT")) == errc::none);
  const auto file =
      open_path(posix_file_system(), path.c_str(), O_RDWR);
  REQUIRE(log->close_with(15, file, *where, false) == errc::none);
  const auto left = path.parent_path() / ".file.troupe-journal";
  fs::resize_file(left, fs::file_size(left) - drop_bytes);
}

} // namespace

TEST_CASE("a complete journal is applied, wherever the change was interrupted",
          "[in_place_sink][journal]") {
  const temp_dir folder;
  const auto path = folder.path() / "file";
  // What a change that was interrupted can leave: nothing, a part, or all done.
  const std::string before =
      GENERATE("the old stuff", "NEW old stuff", "NEW old CONTE",
               "NEW old CONTENT");
  write(path, before);
  leave_journal(path, 0);
  auto out = open(path);
  CHECK(content_of(path) == "NEW old CONTENT");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a journal that is not complete changes nothing",
          "[in_place_sink][journal]") {
  const temp_dir folder;
  const auto path = folder.path() / "file";
  write(path, "the old stuff");
  leave_journal(path, 1 + GENERATE(range(0u, 130u)));
  auto out = open(path);
  CHECK(content_of(path) == "the old stuff");
  REQUIRE(out->begin(5) == errc::none);
  REQUIRE(out->write_at(0, bytes("fresh")) == errc::none);
  REQUIRE(out->commit({}, {}) == errc::none);
  CHECK(content_of(path) == "fresh");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a journal of another file is not applied",
          "[in_place_sink][journal]") {
  const temp_dir folder;
  const auto path = folder.path() / "file";
  write(path, "the old stuff");
  leave_journal(path, 0);
  write(folder.path() / "other", "another file's"); // keeps the inode in use
  fs::rename(path, folder.path() / "away");
  fs::rename(folder.path() / "other", path);
  auto out = open(path);
  CHECK(content_of(path) == "another file's");
}

TEST_CASE("a journal that was altered is not applied",
          "[in_place_sink][journal]") {
  const temp_dir folder;
  const auto path = folder.path() / "file";
  write(path, "the old stuff");
  leave_journal(path, 0);
  const auto left = folder.path() / ".file.troupe-journal";
  auto text = content_of(left);
  text[8] = static_cast<char>(text[8] + 1); // the first record's offset
  write(left, text);
  auto out = open(path);
  CHECK(content_of(path) == "the old stuff");
}
