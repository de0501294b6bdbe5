// SPDX-License-Identifier: BSD-3-Clause
#include "core/sink.hpp"
#include "tests/core/temp_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <ctime>

using namespace troupe;
using namespace troupe::test;

namespace {

struct stat stat_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info;
}

file_metadata remote() {
  file_metadata metadata;
  metadata.mode = S_IFREG | 0754;
  metadata.uid = 1234;
  metadata.gid = 2345;
  metadata.mtime_s = 1700000000;
  metadata.mtime_ns = 123456789;
  metadata.atime_s = -1;
  metadata.atime_ns = 5;
  return metadata;
}

struct stat sync_to(const std::filesystem::path& path,
                    const file_metadata& metadata,
                    const metadata_choice& choice) {
  const auto out = make_file_sink(path, false);
  REQUIRE(out);
  REQUIRE((*out)->begin(3) == errc::none);
  REQUIRE((*out)->write_at(0, gen1(3)) == errc::none);
  REQUIRE((*out)->commit(metadata, choice) == errc::none);
  return stat_of(path);
}

bool is_recent(const timespec& time) {
  return std::abs(std::difftime(time.tv_sec, std::time(nullptr))) < 3600;
}

/// True when this test may give files away; says so if not.
bool is_root() {
  if (::geteuid() == 0)
    return true;
  WARN("skipped: only root can give files away");
  return false;
}

} // namespace

TEST_CASE("without a choice a new file is private and of now",
          "[file_metadata]") {
  const temp_dir dir;
  const auto info = sync_to(dir / "f", remote(), {});
  CHECK((info.st_mode & 07777) == 0600);
  CHECK(info.st_uid == ::geteuid());
  CHECK(is_recent(info.st_mtim));
  CHECK(is_recent(info.st_atim));
}

TEST_CASE("a new file heeds the umask", "[file_metadata]") {
  const temp_dir dir;
  const auto before = ::umask(0277);
  const auto info = sync_to(dir / "f", remote(), {});
  ::umask(before);
  CHECK((info.st_mode & 07777) == 0400);
}

TEST_CASE("without a choice an existing file keeps its mode",
          "[file_metadata]") {
  const temp_dir dir;
  write_file(dir / "f", gen2(10));
  REQUIRE(::chmod((dir / "f").c_str(), 0444) == 0);
  CHECK((sync_to(dir / "f", remote(), {}).st_mode & 07777) == 0444);
}

TEST_CASE("without a choice an existing file keeps owner and group",
          "[file_metadata]") {
  if (!is_root())
    return;
  const temp_dir dir;
  write_file(dir / "f", gen2(10));
  REQUIRE(::chown((dir / "f").c_str(), 77, 88) == 0);
  REQUIRE(::chmod((dir / "f").c_str(), 06755) == 0);
  const auto info = sync_to(dir / "f", remote(), {});
  CHECK(info.st_uid == 77);
  CHECK(info.st_gid == 88);
  CHECK((info.st_mode & 07777) == 06755);
}

TEST_CASE("a chosen mode is applied in full", "[file_metadata]") {
  const temp_dir dir;
  metadata_choice choice;
  choice.mode = true;
  CHECK((sync_to(dir / "f", remote(), choice).st_mode & 07777) == 0754);
  auto sticky = remote();
  sticky.mode = S_IFREG | 01640;
  CHECK((sync_to(dir / "f", sticky, choice).st_mode & 07777) == 01640);
}

TEST_CASE("a time that is not chosen is left alone", "[file_metadata]") {
  const temp_dir dir;
  metadata_choice choice;
  choice.mtime = true;
  auto info = sync_to(dir / "f", remote(), choice);
  CHECK(info.st_mtim.tv_sec == 1700000000);
  CHECK(info.st_mtim.tv_nsec == 123456789);
  CHECK(is_recent(info.st_atim));

  choice = {};
  choice.atime = true;
  info = sync_to(dir / "f", remote(), choice);
  CHECK(info.st_atim.tv_sec == -1);
  CHECK(info.st_atim.tv_nsec == 5);
  CHECK(is_recent(info.st_mtim));

  choice.mtime = true;
  info = sync_to(dir / "f", remote(), choice);
  CHECK(info.st_atim.tv_sec == -1);
  CHECK(info.st_mtim.tv_sec == 1700000000);
}

TEST_CASE("nanoseconds with a meaning to the kernel stay nanoseconds",
          "[file_metadata]") {
  const temp_dir dir;
  auto hostile = remote();
  hostile.mtime_ns = UTIME_NOW;
  metadata_choice choice;
  choice.mtime = true;
  const auto info = sync_to(dir / "f", hostile, choice);
  CHECK(info.st_mtim.tv_sec == 1700000000);
  CHECK(info.st_mtim.tv_nsec == 999'999'999);
}

TEST_CASE("owner and group are taken over as chosen", "[file_metadata]") {
  if (!is_root())
    return;
  const temp_dir dir;
  metadata_choice choice;
  choice.owner = true;
  auto info = sync_to(dir / "f", remote(), choice);
  CHECK(info.st_uid == 1234);
  CHECK(info.st_gid == ::getegid());
  choice = {};
  choice.group = true;
  info = sync_to(dir / "g", remote(), choice);
  CHECK(info.st_uid == 0);
  CHECK(info.st_gid == 2345);
  choice = {true, true, true, true, true};
  info = sync_to(dir / "h", remote(), choice);
  CHECK(info.st_uid == 1234);
  CHECK(info.st_gid == 2345);
  CHECK((info.st_mode & 07777) == 0754);
  CHECK(info.st_mtim.tv_sec == 1700000000);
  CHECK(info.st_atim.tv_sec == -1);
}

TEST_CASE("set-user-id comes only with its owner", "[file_metadata]") {
  if (!is_root())
    return;
  const temp_dir dir;
  auto metadata = remote();
  metadata.mode = S_IFREG | 06755;
  const auto mode = [&](bool owner, bool group) {
    std::filesystem::remove(dir / "f");
    const auto info =
        sync_to(dir / "f", metadata, {owner, group, true, false, false});
    return info.st_mode & 07777;
  };
  CHECK(mode(false, false) == 0755);
  CHECK(mode(true, false) == 04755);
  CHECK(mode(false, true) == 02755);
  CHECK(mode(true, true) == 06755);

  // "No change" to chown(2): the file would stay root's.
  metadata.uid = 0xffffffff;
  metadata.gid = 0xffffffff;
  CHECK(mode(true, true) == 0755);

  // The old file's set-user-id is not for the new owner.
  write_file(dir / "f", gen2(10));
  REQUIRE(::chown((dir / "f").c_str(), 77, 88) == 0);
  REQUIRE(::chmod((dir / "f").c_str(), 06755) == 0);
  metadata.uid = 0;
  metadata.gid = 0;
  const auto info =
      sync_to(dir / "f", metadata, {true, true, false, false, false});
  CHECK(info.st_uid == 0);
  CHECK((info.st_mode & 07777) == 0755);
}

TEST_CASE("who may not give files away keeps them, without set-user-id",
          "[file_metadata]") {
  const temp_dir dir;
  REQUIRE(::chmod(dir.path().c_str(), 0777) == 0);
  auto metadata = remote();
  metadata.mode = S_IFREG | 06755;
  const auto was_root = ::geteuid() == 0;
  if (was_root)
    REQUIRE(::seteuid(65534) == 0);
  const auto uid = ::geteuid();
  const auto out = make_file_sink(dir / "f", false);
  const auto code =
      !out ? out.error().code
      : (*out)->begin(0) != errc::none
          ? errc::internal
          : (*out)->commit(metadata, {true, true, true, true, true});
  if (was_root)
    REQUIRE(::seteuid(0) == 0);
  REQUIRE(code == errc::none);
  const auto info = stat_of(dir / "f");
  CHECK(info.st_uid == uid);
  CHECK((info.st_mode & 07777) == 0755);
  CHECK(info.st_mtim.tv_sec == 1700000000);
}
