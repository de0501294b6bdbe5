// SPDX-License-Identifier: BSD-3-Clause
#include "core/source.hpp"
#include "tests/core/temp_dir.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

using namespace troupe;
using namespace troupe::test;

namespace {

errc open_error(const std::filesystem::path& path) {
  const auto file = open_file_source(path);
  return file ? errc::none : file.error().code;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& each :
       std::filesystem::directory_iterator{"/proc/self/fd"})
    ++count;
  return count;
}

} // namespace

TEST_CASE("sources give any range and nothing beyond", "[source]") {
  const temp_dir dir;
  const auto data = gen2(100'000);
  write_file(dir / "f", data);
  const auto file = open_file_source(dir / "f");
  REQUIRE(file);
  std::mt19937_64 random{8};
  for (const std::shared_ptr<source>& input :
       {file->bytes, make_memory_source(data), make_blob_source(blob{data})}) {
    CHECK(input->size() == data.size());
    for (auto round = 0; round < 200; ++round) {
      const auto offset = random() % (data.size() + 1);
      bytes out(random() % (data.size() - offset + 1));
      REQUIRE(input->read_at(offset, out) == errc::none);
      CHECK(std::equal(out.begin(), out.end(),
                       data.begin() + static_cast<std::ptrdiff_t>(offset)));
    }
    bytes out(10);
    CHECK(input->read_at(data.size() - 9, out) == errc::invalid_argument);
    CHECK(input->read_at(data.size() + 1, {}) == errc::invalid_argument);
    CHECK(input->read_at(~std::uint64_t{0}, out) == errc::invalid_argument);
    CHECK(input->check_unchanged() == errc::none);
  }
}

TEST_CASE("reading in pieces gives what reading at once gives", "[source]") {
  const temp_dir dir;
  const auto data = gen2(700 * 1368 + 5); // more pieces than one preadv takes
  write_file(dir / "f", data);
  const auto file = open_file_source(dir / "f");
  REQUIRE(file);
  std::mt19937_64 random{9};
  for (const std::shared_ptr<source>& input :
       {file->bytes, make_memory_source(data), make_blob_source(blob{data})})
    for (auto round = 0; round < 60; ++round) {
      const auto piece = 1 + random() % 3000;
      const auto stride = piece + random() % 40;
      const auto offset = random() % data.size();
      const auto most = std::min(data.size() - offset, 700 * piece);
      const auto length = round == 0 ? most : random() % (most + 1);
      INFO(length << " bytes in pieces of " << piece << " every " << stride);
      bytes out((length + piece - 1) / piece * stride, std::byte{0xee});
      auto expected = out;
      bytes whole(length);
      REQUIRE(input->read_at(offset, whole) == errc::none);
      for (std::size_t at = 0, to = 0; at < length; at += piece, to += stride)
        std::copy_n(whole.begin() + static_cast<std::ptrdiff_t>(at),
                    std::min(piece, length - at),
                    expected.begin() + static_cast<std::ptrdiff_t>(to));
      REQUIRE(input->read_spaced(offset, length, out, piece, stride) ==
              errc::none);
      REQUIRE(out == expected); // and the gaps are as they were
    }
}

TEST_CASE("pieces beyond the source or the buffer are refused", "[source]") {
  const temp_dir dir;
  const auto data = gen2(10'000);
  write_file(dir / "f", data);
  const auto file = open_file_source(dir / "f");
  REQUIRE(file);
  for (const std::shared_ptr<source>& input :
       {file->bytes, make_memory_source(data)}) {
    bytes out(12'000);
    CHECK(input->read_spaced(0, 10'000, out, 1000, 1016) == errc::none);
    CHECK(input->read_spaced(0, 10'001, out, 1000, 1016) ==
          errc::invalid_argument);
    CHECK(input->read_spaced(9000, 1001, out, 100, 116) ==
          errc::invalid_argument);
    CHECK(input->read_spaced(~std::uint64_t{0}, 1, out, 100, 116) ==
          errc::invalid_argument);
    // The last piece ends at 9 * 1016 + 1000.
    CHECK(input->read_spaced(0, 10'000, std::span{out}.first(10'144), 1000,
                             1016) == errc::none);
    CHECK(input->read_spaced(0, 10'000, std::span{out}.first(10'143), 1000,
                             1016) == errc::invalid_argument);
    CHECK(input->read_spaced(0, 1, {}, 1000, 1016) == errc::invalid_argument);
    CHECK(input->read_spaced(10'000, 0, {}, 1000, 1016) == errc::none);
  }
}

TEST_CASE("a file that shrank cannot be read in pieces", "[source]") {
  const temp_dir dir;
  write_file(dir / "f", gen2(10'000));
  const auto file = open_file_source(dir / "f");
  REQUIRE(file);
  bytes out(12'000);
  const auto was_read = GENERATE(false, true);
  CAPTURE(was_read);
  if (was_read)
    REQUIRE(file->bytes->read_spaced(0, 10'000, out, 1000, 1016) ==
            errc::none);
  std::filesystem::resize_file(dir / "f", 4500);
  CHECK(file->bytes->read_spaced(0, 10'000, out, 1000, 1016) ==
        errc::source_changed);
  CHECK(file->bytes->read_spaced(5000, 100, out, 1000, 1016) ==
        errc::source_changed);
}

TEST_CASE("a file source has what the inode says", "[source]") {
  const temp_dir dir;
  write_file(dir / "f", gen1(10));
  REQUIRE(::chmod((dir / "f").c_str(), 0640) == 0);
  const timespec times[2] = {{-5, 7}, {1700000000, 123456789}};
  REQUIRE(::utimensat(AT_FDCWD, (dir / "f").c_str(), times, 0) == 0);
  const auto file = open_file_source(dir / "f");
  REQUIRE(file);
  CHECK(file->metadata.mode == (S_IFREG | 0640));
  CHECK(file->metadata.uid == ::geteuid());
  CHECK(file->metadata.mtime_s == 1700000000);
  CHECK(file->metadata.mtime_ns == 123456789);
  CHECK(file->metadata.atime_s == -5);
  CHECK(file->metadata.atime_ns == 7);
}

TEST_CASE("what is no regular file is refused with its reason", "[source]") {
  const temp_dir dir;
  write_file(dir / "f", {});
  std::filesystem::create_symlink("f", dir / "link");
  std::filesystem::create_symlink("nowhere", dir / "dangling");
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  CHECK(open_error(dir / "f") == errc::none);
  CHECK(open_error(dir / "link") == errc::is_symlink);
  CHECK(open_error(dir / "dangling") == errc::is_symlink);
  CHECK(open_error(dir.path()) == errc::is_directory);
  CHECK(open_error(dir / "fifo") == errc::unsupported);
  CHECK(open_error("/dev/null") == errc::unsupported);
  CHECK(open_error(dir / "missing") == errc::not_found);
  CHECK(open_error(dir / "f/below") == errc::not_directory);
}

TEST_CASE("a file without read permission is refused at once", "[source]") {
  const temp_dir dir;
  write_file(dir / "f", gen1(10));
  REQUIRE(::chmod((dir / "f").c_str(), 0) == 0);
  REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
  const auto is_root = ::geteuid() == 0;
  if (is_root) // whom permissions do not stop
    REQUIRE(::seteuid(65534) == 0);
  const auto code = open_error(dir / "f");
  if (is_root)
    REQUIRE(::seteuid(0) == 0);
  CHECK(code == errc::access_denied);
}

TEST_CASE("a descriptor is opened on the first read and closed at the end",
          "[source]") {
  const temp_dir dir;
  write_file(dir / "f", gen1(300'000)); // smaller ones stay closed
  const auto before = open_descriptors();
  {
    const auto file = open_file_source(dir / "f");
    REQUIRE(file);
    CHECK(file->bytes->check_unchanged() == errc::none);
    CHECK(open_descriptors() == before);
    bytes out(10);
    CHECK(file->bytes->read_at(0, out) == errc::none);
    CHECK(file->bytes->read_at(0, out) == errc::none);
    CHECK(open_descriptors() == before + 1);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("small files are closed again after each read", "[source]") {
  const temp_dir dir;
  write_file(dir / "f", gen1(256u << 10));
  const auto before = open_descriptors();
  const auto file = open_file_source(dir / "f");
  REQUIRE(file);
  bytes out(10);
  CHECK(file->bytes->read_at(0, out) == errc::none);
  CHECK(out == gen1(10));
  CHECK(open_descriptors() == before);
  write_file(dir / "g", gen1(256u << 10));
  std::filesystem::rename(dir / "g", dir / "f");
  CHECK(file->bytes->read_at(0, out) == errc::source_changed);
}

TEST_CASE("a changed file is noticed", "[source]") {
  // Larger than those that are closed after each read.
  const temp_dir dir;
  const auto path = dir / "f";
  const auto was_read = GENERATE(false, true);
  CAPTURE(was_read);
  const auto make = [&] {
    write_file(path, gen1(300'000));
    auto file = open_file_source(path);
    REQUIRE(file);
    if (was_read) {
      bytes out(300'000);
      REQUIRE(file->bytes->read_at(0, out) == errc::none);
    }
    REQUIRE(file->bytes->check_unchanged() == errc::none);
    return file->bytes;
  };
  SECTION("longer") {
    const auto file = make();
    std::filesystem::resize_file(path, 300'001);
    CHECK(file->check_unchanged() == errc::source_changed);
  }
  SECTION("truncated") {
    const auto file = make();
    std::filesystem::resize_file(path, 10);
    CHECK(file->check_unchanged() == errc::source_changed);
    bytes out(300'000);
    CHECK(file->read_at(0, out) == errc::source_changed);
  }
  SECTION("written to, of equal size") {
    const auto file = make();
    const timespec times[2] = {{0, UTIME_OMIT}, {12345, 0}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
    CHECK(file->check_unchanged() == errc::source_changed);
  }
  SECTION("replaced") {
    const auto file = make();
    write_file(dir / "g", gen1(300'000));
    std::filesystem::rename(dir / "g", path);
    // Once open the old content is still there to be read.
    const auto code = was_read ? errc::none : errc::source_changed;
    CHECK(file->check_unchanged() == code);
    bytes out(300'000);
    CHECK(file->read_at(0, out) == code);
  }
  SECTION("removed") {
    const auto file = make();
    std::filesystem::remove(path);
    const auto code = was_read ? errc::none : errc::source_changed;
    CHECK(file->check_unchanged() == code);
    bytes out(300'000);
    CHECK(file->read_at(0, out) == code);
  }
  SECTION("replaced by a link to it") {
    const auto file = make();
    std::filesystem::rename(path, dir / "moved");
    std::filesystem::create_symlink("moved", path);
    bytes out(300'000);
    CHECK(file->read_at(0, out) ==
          (was_read ? errc::none : errc::source_changed));
  }
}

TEST_CASE("a source opened by a relative path outlives a change of directory",
          "[source]") {
  const temp_dir dir;
  write_file(dir / "f", gen1(10));
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  const auto file = open_file_source("f");
  std::filesystem::current_path(before);
  REQUIRE(file);
  bytes out(10);
  CHECK(file->bytes->read_at(0, out) == errc::none);
  CHECK(out == gen1(10));
}

TEST_CASE("threads that read first at the same time open one descriptor",
          "[source]") {
  const temp_dir dir;
  const auto data = gen2(300'000);
  write_file(dir / "f", data);
  for (auto round = 0; round < 50; ++round) {
    const auto before = open_descriptors();
    const auto file = open_file_source(dir / "f");
    REQUIRE(file);
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (auto worker = 0; worker < 4; ++worker)
      threads.emplace_back([&] {
        bytes out(data.size());
        right += file->bytes->read_at(0, out) == errc::none && out == data;
      });
    for (auto& each : threads)
      each.join();
    CHECK(right == 4);
    CHECK(open_descriptors() == before + 1);
  }
}
