// SPDX-License-Identifier: BSD-3-Clause
#include "core/sink.hpp"
#include "tests/core/temp_dir.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace troupe;
using namespace troupe::test;

namespace {

using strings = std::vector<std::string>;

errc make_error(const std::filesystem::path& path) {
  const auto out = make_file_sink(path);
  return out ? errc::none : out.error().code;
}

/// Most tests are not about the disk, and fsync takes its time.
std::unique_ptr<sink> sink_at(const std::filesystem::path& path,
                              bool sync_to_disk = false) {
  auto out = make_file_sink(path, sync_to_disk);
  REQUIRE(out);
  return std::move(*out);
}

void put_all(sink& out, std::span<const std::byte> data) {
  REQUIRE(out.begin(data.size()) == errc::none);
  for (std::size_t at = 0; at < data.size(); at += chunk_bytes)
    REQUIRE(out.write_at(
                at, data.subspan(at, std::min<std::size_t>(
                                         chunk_bytes, data.size() - at))) ==
            errc::none);
}

struct stat stat_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info;
}

} // namespace

TEST_CASE("a file appears when it is committed and not before", "[file_sink]") {
  const temp_dir dir;
  const auto sync_to_disk = GENERATE(false, true);
  for (std::size_t length : {0u, 1u, 32768u, 100'000u}) {
    const auto data = gen2(length);
    const auto name = std::to_string(length);
    const auto out = sink_at(dir / name, sync_to_disk);
    CHECK(out->old() == nullptr);
    put_all(*out, data);
    CHECK_FALSE(std::filesystem::exists(dir / name));
    REQUIRE(out->commit({}, {}) == errc::none);
    CHECK(read_file(dir / name) == data);
    CHECK((stat_of(dir / name).st_mode & 07777) == 0600);
  }
  CHECK(dir.names() == strings{"0", "1", "100000", "32768"});
}

TEST_CASE("the file keeps its old content until the new one is committed",
          "[file_sink]") {
  const temp_dir dir;
  const auto before = gen1(50'000);
  write_file(dir / "f", before);
  {
    const auto out = sink_at(dir / "f");
    put_all(*out, gen2(70'000));
    CHECK(read_file(dir / "f") == before);
    CHECK(dir.names().size() == 2);
    const auto temporary = dir.names()[0];
    CHECK(temporary.rfind(".f.troupe.", 0) == 0);
    CHECK((stat_of(dir / temporary).st_mode & 07777) == 0600);
  }
  CHECK(dir.names() == strings{"f"}); // nothing was committed
  CHECK(read_file(dir / "f") == before);
}

TEST_CASE("a discarded sink leaves no trace and takes nothing more",
          "[file_sink]") {
  const temp_dir dir;
  write_file(dir / "f", gen1(100));
  const auto out = sink_at(dir / "f");
  put_all(*out, gen2(200));
  out->discard();
  out->discard();
  CHECK(dir.names() == strings{"f"});
  CHECK(out->write_at(0, gen1(1)) == errc::invalid_argument);
  CHECK(out->commit({}, {}) == errc::invalid_argument);
  CHECK(read_file(dir / "f") == gen1(100));

  const auto committed = sink_at(dir / "g");
  put_all(*committed, gen2(200));
  REQUIRE(committed->commit({}, {}) == errc::none);
  committed->discard();
  CHECK(read_file(dir / "g") == gen2(200));
  CHECK(committed->write_at(0, gen1(1)) == errc::invalid_argument);
}

TEST_CASE("a process that dies before the commit leaves the old file intact",
          "[file_sink]") {
  const temp_dir dir;
  const auto before = gen1(200'000);
  write_file(dir / "f", before);
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto out = make_file_sink(dir / "f");
    if (!out || (*out)->begin(300'000) != errc::none ||
        (*out)->copy_from_old({0, 65536}, 32768) != errc::none ||
        (*out)->write_at(0, gen2(32768)) != errc::none)
      ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(read_file(dir / "f") == before);
  const auto out = sink_at(dir / "f"); // and the next attempt works
  put_all(*out, gen2(10));
  REQUIRE(out->commit({}, {}) == errc::none);
  CHECK(read_file(dir / "f") == gen2(10));
}

TEST_CASE("places where no file can be are refused with their reason",
          "[file_sink]") {
  const temp_dir dir;
  write_file(dir / "f", {});
  std::filesystem::create_directory(dir / "d");
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  CHECK(make_error(dir / "d") == errc::is_directory);
  CHECK(make_error(dir.path() / "d" / "") == errc::is_directory);
  CHECK(make_error(dir / "d/.") == errc::is_directory);
  CHECK(make_error(dir / "d/..") == errc::is_directory);
  CHECK(make_error(dir / "missing/f") == errc::not_found);
  CHECK(make_error(dir / "f/g") == errc::not_directory);
  CHECK(make_error(dir / "fifo") == errc::unsupported);
  CHECK(make_error("") == errc::not_found);
  CHECK(make_error(dir / std::string(256, 'n')) == errc::name_too_long);
  CHECK(dir.names() == strings{"d", "f", "fifo"});
}

TEST_CASE("a directory without write permission is refused at once",
          "[file_sink]") {
  const temp_dir dir;
  REQUIRE(::chmod(dir.path().c_str(), 0555) == 0);
  const auto is_root = ::geteuid() == 0;
  if (is_root) // whom permissions do not stop
    REQUIRE(::seteuid(65534) == 0);
  const auto code = make_error(dir / "f");
  if (is_root)
    REQUIRE(::seteuid(0) == 0);
  REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
  CHECK(code == errc::access_denied);
}

TEST_CASE("the longest name still has room for a temporary one",
          "[file_sink]") {
  const temp_dir dir;
  const std::string name(255, 'n');
  const auto out = sink_at(dir / name);
  put_all(*out, gen1(10));
  REQUIRE(out->commit({}, {}) == errc::none);
  CHECK(read_file(dir / name) == gen1(10));
}

TEST_CASE("a relative path is taken from where the sink was made",
          "[file_sink]") {
  const temp_dir dir;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  const auto out = make_file_sink("f");
  std::filesystem::current_path(before);
  REQUIRE(out);
  put_all(**out, gen1(10));
  REQUIRE((*out)->commit({}, {}) == errc::none);
  CHECK(read_file(dir / "f") == gen1(10));
}

TEST_CASE("a symbolic link is replaced, its target is not touched",
          "[file_sink]") {
  const temp_dir dir;
  write_file(dir / "target", gen1(100));
  std::filesystem::create_directory(dir / "directory");
  std::filesystem::create_symlink("target", dir / "a");
  std::filesystem::create_symlink("nowhere", dir / "b");
  std::filesystem::create_symlink("directory", dir / "c");
  for (auto name : {"a", "b", "c"}) {
    const auto out = sink_at(dir / name);
    CHECK(out->old() == nullptr);
    put_all(*out, gen2(50));
    REQUIRE(out->commit({}, {}) == errc::none);
    CHECK(S_ISREG(stat_of(dir / name).st_mode));
    CHECK(read_file(dir / name) == gen2(50));
  }
  CHECK(read_file(dir / "target") == gen1(100));
  CHECK(dir.names() == strings{"a", "b", "c", "directory", "target"});
}

TEST_CASE("ranges of the old file can go anywhere in the new one",
          "[file_sink]") {
  const temp_dir dir;
  std::mt19937_64 random{10};
  const auto before = random_bytes(random, 10 * chunk_bytes + 777);
  for (auto round = 0; round < 30; ++round) {
    write_file(dir / "f", before);
    const auto length = 1 + random() % (2 * before.size());
    bytes expected(length);
    const auto out = sink_at(dir / "f");
    REQUIRE(out->old() != nullptr);
    CHECK(out->old()->size() == before.size());
    REQUIRE(out->begin(length) == errc::none);
    for (auto step = 0; step < 10; ++step) {
      const auto count =
          random() % (std::min<std::size_t>(length, before.size()) + 1);
      auto from = random() % (before.size() - count + 1);
      auto to = random() % (length - count + 1);
      if (step % 2 == 0) { // on block borders
        from -= from % chunk_bytes;
        to -= to % chunk_bytes;
      }
      const auto begin = before.begin() + static_cast<std::ptrdiff_t>(from);
      std::copy_n(begin, count,
                  expected.begin() + static_cast<std::ptrdiff_t>(to));
      REQUIRE(out->copy_from_old({from, count}, to) == errc::none);
    }
    REQUIRE(out->commit({}, {}) == errc::none);
    CHECK(read_file(dir / "f") == expected);
  }
}

TEST_CASE("nothing is written or copied beyond either end", "[file_sink]") {
  const temp_dir dir;
  write_file(dir / "f", gen1(100));
  const auto out = sink_at(dir / "f");
  CHECK(out->write_at(0, gen1(1)) == errc::invalid_argument); // before begin
  CHECK(out->commit({}, {}) == errc::invalid_argument);
  REQUIRE(out->begin(200) == errc::none);
  CHECK(out->begin(200) == errc::invalid_argument);
  CHECK(out->write_at(195, gen1(6)) == errc::invalid_argument);
  CHECK(out->write_at(~std::uint64_t{0}, gen1(2)) == errc::invalid_argument);
  CHECK(out->copy_from_old({95, 6}, 0) == errc::invalid_argument);
  CHECK(out->copy_from_old({0, 10}, 191) == errc::invalid_argument);
  CHECK(out->copy_from_old({~std::uint64_t{0}, 2}, 0) ==
        errc::invalid_argument);
  CHECK(out->copy_from_old({0, 0}, 200) == errc::none);

  const auto fresh = sink_at(dir / "g");
  REQUIRE(fresh->begin(10) == errc::none);
  CHECK(fresh->copy_from_old({0, 1}, 0) == errc::invalid_argument);
  CHECK(fresh->copy_from_old({0, 0}, 0) == errc::none);
}

TEST_CASE("an old file that changes meanwhile ends the sync", "[file_sink]") {
  const temp_dir dir;
  write_file(dir / "f", gen1(100'000));
  const auto touch = [&] {
    const timespec times[2] = {{0, UTIME_OMIT}, {1000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (dir / "f").c_str(), times, 0) == 0);
  };
  const auto out = sink_at(dir / "f");
  REQUIRE(out->begin(100'000) == errc::none);
  SECTION("before the first copy") {
    touch();
    CHECK(out->copy_from_old({0, 100}, 0) == errc::source_changed);
    CHECK(out->copy_from_old({0, 100}, 0) == errc::source_changed);
  }
  SECTION("truncated before the first copy") {
    std::filesystem::resize_file(dir / "f", 10);
    CHECK(out->copy_from_old({0, 100}, 0) == errc::source_changed);
  }
  SECTION("removed before the first copy") {
    std::filesystem::remove(dir / "f");
    CHECK(out->copy_from_old({0, 100}, 0) == errc::source_changed);
  }
  SECTION("between the copy and the commit") {
    REQUIRE(out->copy_from_old({0, 100'000}, 0) == errc::none);
    touch();
    CHECK(out->commit({}, {}) == errc::source_changed);
    CHECK(read_file(dir / "f") == gen1(100'000));
  }
  SECTION("but not when nothing was copied") {
    REQUIRE(out->write_at(0, gen2(100'000)) == errc::none);
    touch();
    CHECK(out->commit({}, {}) == errc::none);
    CHECK(read_file(dir / "f") == gen2(100'000));
  }
}

TEST_CASE("an object that has no room is refused when it is announced",
          "[file_sink]") {
  const temp_dir dir;
  const auto out = sink_at(dir / "f");
  CHECK(out->begin(~std::uint64_t{0}) == errc::too_large);
  const auto huge = sink_at(dir / "f");
  const auto code = huge->begin(std::uint64_t{1} << 60);
  CHECK((code == errc::too_large || code == errc::no_space));
  CHECK(huge->write_at(0, gen1(1)) == errc::invalid_argument);
  CHECK(huge->commit({}, {}) == errc::invalid_argument);
  CHECK(dir.names().empty());
}

TEST_CASE("a write beyond the limit on file sizes is an error, not a signal",
          "[file_sink]") {
  const temp_dir dir;
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{65536, 65536};
    ::setrlimit(RLIMIT_FSIZE, &small);
    auto out = make_file_sink(dir / "f");
    ::_exit(out && (*out)->begin(100'000) == errc::too_large ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("zeros and holes take no room", "[file_sink]") {
  const temp_dir dir;
  constexpr std::size_t length = 64 * chunk_bytes;
  {
    const auto out = sink_at(dir / "f");
    bytes data(length);
    std::copy_n(gen2(chunk_bytes).begin(), chunk_bytes, data.begin());
    put_all(*out, data);
    REQUIRE(out->commit({}, {}) == errc::none);
    CHECK(read_file(dir / "f") == data);
  }
  const auto blocks_of_data = chunk_bytes / 512;
  if (stat_of(dir / "f").st_blocks >= static_cast<blkcnt_t>(length / 512)) {
    WARN("skipped: this file system does not make holes");
    return;
  }
  CHECK(stat_of(dir / "f").st_blocks <= 2 * blocks_of_data);

  const auto before = read_file(dir / "f");
  const auto out = sink_at(dir / "f");
  REQUIRE(out->begin(length + 5) == errc::none);
  for (std::size_t at = 0; at < length; at += chunk_bytes)
    REQUIRE(out->copy_from_old({at, chunk_bytes}, at) == errc::none);
  REQUIRE(out->write_at(length, gen2(5)) == errc::none);
  REQUIRE(out->commit({}, {}) == errc::none);
  auto expected = before;
  const auto tail = gen2(5);
  expected.insert(expected.end(), tail.begin(), tail.end());
  CHECK(read_file(dir / "f") == expected);
  CHECK(stat_of(dir / "f").st_blocks <= 3 * blocks_of_data);
}

TEST_CASE("zeros that overwrite something are zeros", "[file_sink]") {
  const temp_dir dir;
  const auto out = sink_at(dir / "f");
  auto expected = gen2(3 * chunk_bytes);
  put_all(*out, expected);
  REQUIRE(out->write_at(chunk_bytes, bytes(chunk_bytes)) == errc::none);
  REQUIRE(out->write_at(10, bytes(5000)) == errc::none);
  std::fill_n(expected.begin() + chunk_bytes, chunk_bytes, std::byte{0});
  std::fill_n(expected.begin() + 10, 5000, std::byte{0});
  REQUIRE(out->commit({}, {}) == errc::none);
  CHECK(read_file(dir / "f") == expected);
}
