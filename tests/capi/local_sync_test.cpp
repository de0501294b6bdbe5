// SPDX-License-Identifier: BSD-3-Clause
#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <librecast/sync.h>

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

using namespace capi_test;
namespace fs = std::filesystem;

namespace {

int sync_local(const std::string& dst, std::string src, int flags,
               lc_stat_t* stats = nullptr) {
  errno = 0;
  return lc_syncfilelocal(dst.c_str(), src.data(), nullptr, stats, nullptr,
                          flags);
}

} // namespace

TEST_CASE("lc_memsync copies the chunks that differ", "[capi][local]") {
  for (const std::size_t n : {1u, 32768u, 32769u, 200000u}) {
    CAPTURE(n);
    auto src = gen2(n);
    auto dst = src;
    dst.push_back(0xaa);
    lc_stat_t stats{};
    CHECK(lc_memsync(dst.data(), src.data(), n, nullptr, &stats, nullptr, 0) ==
          0);
    CHECK(stats.byt_info == 0);
    dst[n - 1] ^= 1;
    const auto last = n - (n - 1) / 32768 * 32768;
    CHECK(lc_memsync(dst.data(), src.data(), n, nullptr, &stats, nullptr, 0) ==
          0);
    CHECK(stats.byt_info == last);
    CHECK(stats.chunks_io == 1);
    CHECK(std::memcmp(dst.data(), src.data(), n) == 0);
    CHECK(dst[n] == 0xaa);
  }
  char byte = 0;
  errno = 0;
  CHECK(lc_memsync(&byte, &byte, 0, nullptr, nullptr, nullptr, 0) == -1);
  CHECK(errno == EINVAL);
  CHECK(lc_memsync(nullptr, &byte, 1, nullptr, nullptr, nullptr, 0) == -1);
  CHECK(lc_memsync(&byte, nullptr, 1, nullptr, nullptr, nullptr, 0) == -1);
}

TEST_CASE("lc_syncfilelocal copies a file, and only once", "[capi][local]") {
  scratch dir;
  const auto content = gen2(100000);
  const auto src = dir.write("src", content);
  lc_stat_t stats{};
  REQUIRE(sync_local(dir / "dst", src, 0, &stats) == 0);
  CHECK(dir.read("dst") == content);
  CHECK(stats.byt_info == 100000);
  stats = {};
  REQUIRE(sync_local(dir / "dst", src, 0, &stats) == 0);
  CHECK(stats.byt_info == 0);
  CHECK(stats.chunks_tot == 4);
  auto changed = content;
  changed[50000] ^= 1;
  dir.write("src", changed);
  REQUIRE(sync_local(dir / "dst", src, 0, &stats) == 0);
  CHECK(stats.byt_info == 32768);
  CHECK(dir.read("dst") == changed);
}

TEST_CASE("lc_syncfilelocal returns 0 for an empty file", "[capi][local]") {
  scratch dir;
  const auto src = dir.write("src", {});
  CHECK(sync_local(dir / "dst", src, 0) == 0);
  CHECK(fs::file_size(dir / "dst") == 0);
}

TEST_CASE("lc_syncfilelocal copies directories by the slash at the end",
          "[capi][local]") {
  scratch dir;
  fs::create_directories(dir / "src/sub");
  dir.write("src/f", gen1(10));
  dir.write("src/sub/g", gen2(20));
  fs::create_symlink("f", dir / "src/link");
  std::string with_slash = dir / "src//";
  errno = 0;
  REQUIRE(lc_syncfilelocal((dir / "one").c_str(), with_slash.data(), nullptr,
                           nullptr, nullptr, SYNC_RECURSE) == 0);
  CHECK(with_slash.c_str() == dir / "src"); // cut in place
  CHECK(dir.read("one/sub/g") == gen2(20));
  CHECK(fs::read_symlink(dir / "one/link") == "f");
  REQUIRE(sync_local(dir / "two", dir / "src", SYNC_RECURSE) == 0);
  CHECK(dir.read("two/src/sub/g") == gen2(20));
  REQUIRE(sync_local(dir / "three", dir / "src", 0) == 0);
  CHECK(dir.read("three/src/f") == gen1(10));
  CHECK(fs::is_empty(dir / "three/src/sub"));
}

TEST_CASE("lc_syncfilelocal takes over what the flags say", "[capi][local]") {
  scratch dir;
  const auto src = dir.write("src", gen1(10));
  chmod(src.c_str(), 0741);
  const timespec times[]{{1000, 1}, {2000, 2}};
  REQUIRE(utimensat(AT_FDCWD, src.c_str(), times, 0) == 0);
  REQUIRE(sync_local(dir / "dst", src, SYNC_MODE | SYNC_MTIME) == 0);
  struct stat sb;
  REQUIRE(stat((dir / "dst").c_str(), &sb) == 0);
  CHECK((sb.st_mode & 0777) == 0741);
  CHECK(sb.st_mtim.tv_sec == 2000);
  CHECK(sb.st_atim.tv_sec != 0);
  CHECK(sb.st_atim.tv_sec != 1000);
}

TEST_CASE("lc_syncfilelocal says what is wrong", "[capi][local]") {
  scratch dir;
  const auto src = dir.write("src", gen1(10));
  CHECK(sync_local(dir / "dst", dir / "absent", 0) == -1);
  CHECK(errno == ENOENT);
  CHECK(sync_local(dir / "absent/dst", src, 0) == -1);
  CHECK(errno == ENOENT);
  CHECK(sync_local(dir / "dst", "", 0) == -1);
  CHECK(errno == EINVAL);
  CHECK(sync_local(dir / "dst", src, 1 << 30) == -1);
  CHECK(errno == EINVAL);
  CHECK(lc_syncfilelocal(nullptr, nullptr, nullptr, nullptr, nullptr, 0) == -1);
  CHECK(errno == EINVAL);
}
