// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_cache.hpp"

#include "core/hasher.hpp"
#include "core/tree_build.hpp"
#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

using namespace troupe;
using namespace troupe::test;

namespace {

merkle_tree hash_file(hash_type type, std::shared_ptr<const source> file) {
  tree_build work{type, std::move(file)};
  while (work.hash_next_range() == tree_build::step::more) {
  }
  return *work.finish();
}

/// A file whose times lie as far back as the cache wants them to. The status
/// change time cannot be set, so it waits.
struct fixture {
  temp_dir dir;
  std::filesystem::path path = dir / "file";
  tree_cache cache{dir / "deep" / "trees"};

  void write(std::size_t bytes, char letter) const {
    std::ofstream{path, std::ios::binary | std::ios::trunc}
        << std::string(bytes, letter);
  }
  std::shared_ptr<source> open() const {
    return open_file_source(path)->bytes;
  }
  /// An identity as `real` has it, but old enough.
  struct settled final : source {
    std::shared_ptr<source> real;
    explicit settled(std::shared_ptr<source> of) : real(std::move(of)) {}
    std::uint64_t size() const noexcept override { return real->size(); }
    errc read_at(std::uint64_t at, std::span<std::byte> out) const override {
      return real->read_at(at, out);
    }
    errc check_unchanged() const override { return real->check_unchanged(); }
    std::optional<file_identity> identity() const override {
      auto id = real->identity();
      if (id) {
        id->mtime_ns -= 5'000'000'000;
        id->ctime_ns -= 5'000'000'000;
      }
      return id;
    }
  };
  std::shared_ptr<source> open_settled() const {
    return std::make_shared<settled>(open());
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "a remembered tree is found again, by type",
                 "[core][tree_cache]") {
  write(100'000, 'a');
  const auto file = open_settled();
  const auto tree = hash_file(hash_type::blake2b, file);
  CHECK_FALSE(cache.find(*file, hash_type::blake2b));
  cache.put(*file, hash_type::blake2b, tree);
  const auto found = cache.find(*open_settled(), hash_type::blake2b);
  REQUIRE(found);
  CHECK(found->root() == tree.root());
  CHECK(found->leaves().size() == tree.leaves().size());
  CHECK_FALSE(cache.find(*file, hash_type::blake3));
}

TEST_CASE_METHOD(fixture, "a file that changed lately is not remembered",
                 "[core][tree_cache]") {
  write(100'000, 'a');
  const auto file = open();
  cache.put(*file, hash_type::blake2b, hash_file(hash_type::blake2b, file));
  CHECK_FALSE(cache.find(*file, hash_type::blake2b));
}

TEST_CASE_METHOD(fixture, "a file that changed since is not found",
                 "[core][tree_cache]") {
  write(100'000, 'a');
  const auto file = open_settled();
  cache.put(*file, hash_type::blake2b, hash_file(hash_type::blake2b, file));
  SECTION("its content") { write(100'000, 'b'); }
  SECTION("its length") { write(99'999, 'a'); }
  SECTION("another file in its place") {
    std::filesystem::rename(path, dir / "other");
    write(100'000, 'a');
  }
  SECTION("only its times") {
    ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  }
  CHECK_FALSE(cache.find(*open_settled(), hash_type::blake2b));
  CHECK_FALSE(cache.find(*file, hash_type::blake2b));
}

TEST_CASE_METHOD(fixture, "a damaged entry is not believed",
                 "[core][tree_cache]") {
  write(100'000, 'a');
  const auto file = open_settled();
  cache.put(*file, hash_type::blake2b, hash_file(hash_type::blake2b, file));
  std::filesystem::path entry;
  for (const auto& each :
       std::filesystem::directory_iterator{dir / "deep" / "trees"})
    entry = each.path();
  const auto bytes = std::filesystem::file_size(entry);
  SECTION("cut off") { std::filesystem::resize_file(entry, bytes - 1); }
  SECTION("a byte changed") {
    std::fstream change{entry, std::ios::in | std::ios::out | std::ios::binary};
    change.seekp(static_cast<std::streamoff>(bytes - 40));
    change.put('x');
  }
  SECTION("empty") { std::filesystem::resize_file(entry, 0); }
  CHECK_FALSE(cache.find(*file, hash_type::blake2b));
}

TEST_CASE("memory has no identity, hence no entry", "[core][tree_cache]") {
  const std::vector<std::byte> bytes(100'000);
  const auto memory = make_memory_source(bytes);
  temp_dir dir;
  const tree_cache cache{dir / "trees"};
  cache.put(*memory, hash_type::blake2b, hash_file(hash_type::blake2b, memory));
  CHECK_FALSE(cache.find(*memory, hash_type::blake2b));
  CHECK_FALSE(std::filesystem::exists(dir / "trees"));
}
