// SPDX-License-Identifier: BSD-3-Clause
#include "tests/capi/vectors.hpp"
#include "tests/support/catch.hpp"

#include <librecast/sync.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

using namespace capi_test;

namespace {

/// errno of a mapping that has to fail.
int error_of(const std::string& path, int prot, std::size_t len = 1) {
  struct stat sb {};
  errno = 0;
  auto* data = lc_mmapfile(path.c_str(), &len, prot, MAP_SHARED, 0, &sb);
  CHECK(data == MAP_FAILED);
  return errno;
}

constexpr int read_write = PROT_READ | PROT_WRITE;

} // namespace

TEST_CASE("a file that is mapped for reading tells its size and inode",
          "[capi]") {
  scratch dir;
  const auto content = gen2(10000);
  const auto path = dir.write("f", content);
  std::size_t len = 0;
  struct stat sb {};
  auto* data =
      lc_mmapfile(path.c_str(), &len, PROT_READ, MAP_PRIVATE, 0, &sb);
  REQUIRE(data != MAP_FAILED);
  CHECK(len == content.size());
  CHECK(sb.st_size == 10000);
  CHECK(sb.st_ino != 0);
  CHECK(std::memcmp(data, content.data(), len) == 0);
  munmap(data, len);

  // A structure that is in use already is left alone, a missing one is fine.
  struct stat filled {};
  filled.st_ino = 1;
  data = lc_mmapfile(path.c_str(), &len, PROT_READ, MAP_PRIVATE, 0, &filled);
  REQUIRE(data != MAP_FAILED);
  CHECK(filled.st_size == 0);
  munmap(data, len);
  data = lc_mmapfile(path.c_str(), &len, PROT_READ, MAP_PRIVATE, 4096, nullptr);
  REQUIRE(data != MAP_FAILED);
  CHECK(len == content.size() - 4096);
  CHECK(std::memcmp(data, content.data() + 4096, len) == 0);
  munmap(data, len);
}

TEST_CASE("mapping for writing makes the file and gives it its length",
          "[capi]") {
  scratch dir;
  const auto path = dir / "new";
  std::size_t len = 5000;
  struct stat sb {};
  sb.st_mode = 0640;
  const auto mask = umask(0);
  auto* data =
      lc_mmapfile(path.c_str(), &len, read_write, MAP_SHARED, 0, &sb);
  umask(mask);
  REQUIRE(data != MAP_FAILED);
  std::memset(data, 'x', len);
  munmap(data, len);
  CHECK(sb.st_size == 5000);
  CHECK((sb.st_mode & 07777) == 0640);
  CHECK(dir.read("new") == bytes(5000, 'x'));

  len = 3; // an existing file is cut
  data = lc_mmapfile(path.c_str(), &len, read_write, MAP_SHARED, 0, nullptr);
  REQUIRE(data != MAP_FAILED);
  munmap(data, len);
  CHECK(dir.read("new") == bytes(3, 'x'));
}

TEST_CASE("a file made without a mode is the owner's alone", "[capi]") {
  scratch dir;
  const auto path = dir / "new";
  std::size_t len = 1;
  auto* data =
      lc_mmapfile(path.c_str(), &len, read_write, MAP_SHARED, 0, nullptr);
  REQUIRE(data != MAP_FAILED);
  munmap(data, len);
  struct stat sb {};
  REQUIRE(stat(path.c_str(), &sb) == 0);
  CHECK((sb.st_mode & 07777) == 0600);
}

TEST_CASE("what cannot be mapped is refused with a reason", "[capi]") {
  scratch dir;
  const auto file = dir.write("file", {1});
  const auto empty = dir.write("empty", {});
  const auto link = dir / "link";
  const auto fifo = dir / "fifo";
  REQUIRE(symlink("file", link.c_str()) == 0);
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(error_of(dir / "none", PROT_READ) == ENOENT);
  CHECK(error_of(empty, PROT_READ) == ENODATA);
  CHECK(error_of(file, read_write, 0) == ENODATA);
  CHECK(dir.read("file").size() == 1); // and was not cut
  for (int prot : {PROT_READ, read_write}) {
    CHECK(error_of(dir / ".", prot) == EISDIR);
    CHECK(error_of(link, prot) == EMLINK);
    CHECK(error_of(fifo, prot) == ENODEV);
  }
  CHECK(error_of(dir / "none/f", read_write) == ENOENT);
  CHECK(error_of(file + "/f", PROT_READ) == ENOTDIR);
  CHECK(error_of(file, read_write, SIZE_MAX) == EFBIG);
  std::size_t len = 0;
  errno = 0;
  CHECK(lc_mmapfile(nullptr, &len, PROT_READ, MAP_SHARED, 0, nullptr) ==
        MAP_FAILED);
  CHECK(errno == EINVAL);
  CHECK(lc_mmapfile(file.c_str(), nullptr, PROT_READ, MAP_SHARED, 0,
                    nullptr) == MAP_FAILED);
  CHECK(lc_mmapfile(file.c_str(), &len, PROT_READ, MAP_SHARED, -1, nullptr) ==
        MAP_FAILED);
}
