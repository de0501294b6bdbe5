// SPDX-License-Identifier: BSD-3-Clause
// --partial-dir: where what is unfinished lies, and is found again.
#include "tests/core/trees.hpp"

#include "core/sink.hpp"

#include <sys/wait.h>

#include <functional>

using namespace troupe;
using namespace troupe::test;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& each : fs::directory_iterator{directory})
    names.push_back(each.path().filename().string());
  return names;
}

/// What a process that is killed in the middle of it leaves. `work` ends with
/// _exit(), so that no destructor runs; its locks end with it.
void in_a_process_that_dies(const std::function<void()>& work) {
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    work();
    ::_exit(2);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
}

bytes some_bytes(std::size_t size) {
  std::mt19937_64 random{31};
  return random_bytes(random, size);
}

} // namespace

TEST_CASE("an unfinished file is in the partial directory and continued there",
          "[partial_dir]") {
  temp_dir dir;
  const auto content = some_bytes(3 * chunk_bytes);
  fs::create_directory(dir / "to");
  const auto make = [&] {
    return make_file_sink(dir / "to/file", false, dir / "parts");
  };
  in_a_process_that_dies([&] {
    const auto out = make();
    if (!out || (*out)->begin(content.size()) != errc::none ||
        (*out)->write_at(0, std::span{content}.first(chunk_bytes)) !=
            errc::none)
      ::_exit(1);
    ::_exit(0);
  });
  CHECK(fs::is_empty(dir / "to"));
  CHECK(names_in(dir / "parts").size() == 1);
  {
    const auto out = make();
    REQUIRE(out);
    const auto rest = (*out)->left_over();
    REQUIRE(rest);
    CHECK(rest->contains(0));
    CHECK(rest->count() == 1);
    REQUIRE((*out)->begin(content.size()) == errc::none);
    REQUIRE((*out)->copy_from_old({0, chunk_bytes}, 0) == errc::none);
    REQUIRE((*out)->write_at(chunk_bytes,
                             std::span{content}.subspan(chunk_bytes)) ==
            errc::none);
    REQUIRE((*out)->commit({}, {}) == errc::none);
  }
  CHECK(read_file(dir / "to/file") == content);
  CHECK(fs::is_empty(dir / "parts"));
}

TEST_CASE("files of one name in two directories do not meet there",
          "[partial_dir]") {
  temp_dir dir;
  fs::create_directory(dir / "a");
  fs::create_directory(dir / "b");
  auto one = make_file_sink(dir / "a/file", false, dir / "parts");
  auto other = make_file_sink(dir / "b/file", false, dir / "parts");
  REQUIRE(one);
  REQUIRE(other);
  const auto content = some_bytes(2 * chunk_bytes);
  REQUIRE((*one)->begin(chunk_bytes) == errc::none);
  REQUIRE((*other)->begin(content.size()) == errc::none);
  CHECK(names_in(dir / "parts").size() == 2);
  REQUIRE((*one)->write_at(0, std::span{content}.first(chunk_bytes)) ==
          errc::none);
  REQUIRE((*other)->write_at(0, content) == errc::none);
  REQUIRE((*one)->commit({}, {}) == errc::none);
  REQUIRE((*other)->commit({}, {}) == errc::none);
  CHECK(fs::file_size(dir / "a/file") == chunk_bytes);
  CHECK(read_file(dir / "b/file") == content);
}

TEST_CASE("a tree is continued from the partial directory, which stays",
          "[partial_dir]") {
  temp_dir dir;
  auto wanted = empty_tree();
  wanted["large"] = node::file(some_bytes(pack_aligned_bytes));
  wanted["small"] = node::file(some_bytes(100));
  const auto shared = describe(wanted);
  for (const bool is_inside : {false, true}) {
    INFO("inside " << is_inside);
    const auto top = dir / (is_inside ? "inside" : "outside");
    fs::create_directory(top);
    tree_sink_options options;
    options.sync_to_disk = false;
    options.delete_others = true;
    options.partial_dir = is_inside ? top / "parts" : dir / "parts";
    in_a_process_that_dies([&] {
      const auto out = make_tree_sink(top, shared.what, options);
      if (!out || out->pack->begin(shared.pack.size()) != errc::none ||
          out->pack->write_at(0, std::span{shared.pack}.first(chunk_bytes)) !=
              errc::none)
        ::_exit(1);
      ::_exit(0);
    });
    CHECK(fs::is_empty(top) == !is_inside);
    CHECK(names_in(options.partial_dir).size() == 1);
    std::uint64_t fetched = 0;
    REQUIRE(sync_tree(top, shared, options, 1, &fetched) == errc::none);
    CHECK(fetched == shared.pack.size() - chunk_bytes);
    CHECK(fs::is_empty(options.partial_dir));
    fs::remove(options.partial_dir);
    CHECK(difference(read_tree(top), wanted) == "");
  }
}

TEST_CASE("a partial directory has to be safe, there and near",
          "[partial_dir]") {
  temp_dir dir;
  const auto code_of = [&](const fs::path& partial) {
    const auto out = make_file_sink(dir / "file", false, partial);
    return out ? errc::none : out.error().code;
  };
  CHECK(code_of(dir / "none/parts") == errc::not_found);
  write_file(dir / "a_file", some_bytes(1));
  CHECK(code_of(dir / "a_file") == errc::not_directory);
  fs::create_directory(dir / "open");
  REQUIRE(::chmod((dir / "open").c_str(), 0777) == 0);
  CHECK(code_of(dir / "open") == errc::access_denied);
  REQUIRE(::chmod((dir / "open").c_str(), 01777) == 0);
  CHECK(code_of(dir / "open") == errc::none);
  struct stat here {}, there {};
  REQUIRE(::stat((dir / "file").parent_path().c_str(), &here) == 0);
  if (::stat("/dev/shm", &there) != 0 || here.st_dev == there.st_dev) {
    WARN("skipped: /dev/shm is no other file system");
    return;
  }
  CHECK(code_of("/dev/shm") == errc::unsupported);
  CHECK(!fs::exists(dir / "file"));
}
