// SPDX-License-Identifier: BSD-3-Clause
#include "core/file_copy.hpp"
#include "core/posix_file.hpp"
#include "tests/core/temp_dir.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace troupe;
using namespace troupe::test;

namespace {

descriptor memory_file(const bytes& data) {
  descriptor file{posix_file_system(),
                   ::memfd_create("troupe-test", MFD_CLOEXEC)};
  REQUIRE(file);
  REQUIRE(write_fully(file, 0, data) == errc::none);
  return file;
}

descriptor disk_file(const std::filesystem::path& path) {
  auto file =
      open_path(posix_file_system(), path.c_str(), O_RDWR | O_CREAT, 0600);
  REQUIRE(file);
  return file;
}

bytes content(const descriptor& file, std::size_t length) {
  bytes data(length);
  REQUIRE(read_fully(file, 0, data) == errc::none);
  return data;
}

} // namespace

TEST_CASE("ranges are copied within and between file systems", "[file_copy]") {
  const temp_dir dir;
  const auto data = gen2(5'000'000);
  const auto from = memory_file(data);
  const auto on_disk = disk_file(dir / "a");
  const auto in_memory = memory_file({});
  std::mt19937_64 random{11};
  for (const auto* to : {&on_disk, &in_memory}) {
    file_copy copy{from, *to};
    bytes expected(data.size());
    REQUIRE(::ftruncate(to->get(), static_cast<off_t>(data.size())) == 0);
    for (auto round = 0; round < 40; ++round) {
      const auto length = random() % (data.size() / 2);
      const auto source = random() % (data.size() - length);
      const auto target = random() % (data.size() - length);
      REQUIRE(copy.copy({source, length}, target) == errc::none);
      std::copy_n(data.begin() + static_cast<std::ptrdiff_t>(source), length,
                  expected.begin() + static_cast<std::ptrdiff_t>(target));
    }
    CHECK(content(*to, data.size()) == expected);
    CHECK(copy.copy({0, 0}, 0) == errc::none);
    CHECK(content(*to, data.size()) == expected);
    CHECK(copy.copy({data.size() - 5, 10}, 0) == errc::source_changed);
    CHECK(copy.copy({data.size() - 1'500'000, 2'000'000}, 0) ==
          errc::source_changed);
  }
}

TEST_CASE("holes are found in whole chunks", "[file_copy]") {
  const auto file = memory_file({});
  constexpr std::uint64_t chunks = 16;
  const auto end = chunks * chunk_bytes;
  REQUIRE(::ftruncate(file.get(), static_cast<off_t>(end)) == 0);
  CHECK(next_extent(file, {0, end}).is_hole);
  CHECK(next_extent(file, {0, end}).length == end);

  // One byte in the middle of chunk 5.
  REQUIRE(write_fully(file, 5 * chunk_bytes + 9000, gen1(1)) ==
          errc::none);
  auto next = next_extent(file, {0, end});
  CHECK(next.is_hole);
  CHECK(next.length == 5 * chunk_bytes);
  next = next_extent(file, {5 * chunk_bytes, end - 5 * chunk_bytes});
  CHECK_FALSE(next.is_hole);
  CHECK(next.length == chunk_bytes);
  next = next_extent(file, {6 * chunk_bytes, 100});
  CHECK(next.is_hole);
  CHECK(next.length == 100);
  next = next_extent(file, {5 * chunk_bytes + 9000, 1});
  CHECK_FALSE(next.is_hole);
  CHECK(next.length == 1);
}

TEST_CASE("a hole that is made reads as zeros", "[file_copy]") {
  const auto data = gen2(10 * chunk_bytes);
  const auto file = memory_file(data);
  REQUIRE(make_hole(file, {chunk_bytes, 3 * chunk_bytes}));
  auto expected = data;
  std::fill_n(expected.begin() + chunk_bytes, 3 * chunk_bytes, std::byte{0});
  CHECK(content(file, data.size()) == expected);
  const auto next = next_extent(file, {chunk_bytes, 9 * chunk_bytes});
  CHECK(next.is_hole);
  CHECK(next.length == 3 * chunk_bytes);
}
