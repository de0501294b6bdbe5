// SPDX-License-Identifier: BSD-3-Clause
#include "transport/seen_versions.hpp"

#include "core/hasher.hpp"
#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"
#include "tests/transport/signing.hpp"

#include <sys/stat.h>

using namespace troupe;
using namespace troupe::test;

namespace {

struct fixture {
  temp_dir dir;
  seen_versions memory{dir / "deep" / "seen"};
  seen_versions::subject what{"/srv/disk", "disk", key_number(1).shown()};

  static seen_version number(std::uint64_t version) {
    return {key_number(1).shown(), version,
            hash_of(hash_type::blake2b, std::to_string(version))};
  }
  std::filesystem::path only_file() const {
    std::vector<std::filesystem::path> files;
    for (const auto& each :
         std::filesystem::directory_iterator{dir / "deep" / "seen"})
      files.push_back(each.path());
    REQUIRE(files.size() == 1);
    return files.front();
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "what was seen is remembered, in a private file",
                 "[signing]") {
  CHECK_FALSE(*memory.recall(what));
  REQUIRE(memory.remember(what, number(5)).code == errc::none);
  CHECK(**memory.recall(what) == number(5));
  struct stat info {};
  REQUIRE(::stat(only_file().c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
}

TEST_CASE_METHOD(fixture, "a lower version does not take a higher one's place",
                 "[signing]") {
  for (const std::uint64_t version : {5u, 9u, 7u})
    REQUIRE(memory.remember(what, number(version)).code == errc::none);
  CHECK((*memory.recall(what))->version == 9);
}

TEST_CASE_METHOD(fixture, "places, names and keys are told apart",
                 "[signing]") {
  REQUIRE(memory.remember(what, number(5)).code == errc::none);
  CHECK_FALSE(*memory.recall({"/srv/other", what.name, what.trusted}));
  CHECK_FALSE(*memory.recall({what.place, "other", what.trusted}));
  CHECK_FALSE(*memory.recall({what.place, what.name, key_number(2).shown()}));
  CHECK(*memory.recall(what));
}

TEST_CASE_METHOD(fixture, "a damaged record is an error, not a clean slate",
                 "[signing]") {
  REQUIRE(memory.remember(what, number(5)).code == errc::none);
  const auto path = only_file();
  for (const std::string wrong : {"", "nonsense", "troupe seen version, 1\n"}) {
    std::ofstream{path, std::ios::trunc} << wrong;
    const auto seen = memory.recall(what);
    REQUIRE_FALSE(seen);
    CHECK(seen.error().code == errc::bad_object);
    CHECK(seen.error().what.find(path.string()) != std::string::npos);
    CHECK(memory.remember(what, number(6)).code == errc::bad_object);
  }
}

TEST_CASE_METHOD(fixture, "what a killed one left behind does no harm",
                 "[signing]") {
  REQUIRE(memory.remember(what, number(5)).code == errc::none);
  auto left = only_file();
  left += ".new";
  std::ofstream{left} << "half";
  REQUIRE(memory.remember(what, number(6)).code == errc::none);
  CHECK((*memory.recall(what))->version == 6);
  CHECK_FALSE(std::filesystem::exists(left));
}

TEST_CASE("a record is written in one way", "[signing]") {
  const auto one = fixture::number(UINT64_MAX);
  const auto text = format_seen(one);
  CHECK(*parse_seen(text) == one);
  for (std::size_t size = 0; size < text.size(); ++size)
    REQUIRE_FALSE(parse_seen(std::string_view{text}.substr(0, size)));
  for (const auto* number : {"", "-1", "+1", " 1", "1x",
                             "18446744073709551616"}) {
    auto wrong = text;
    wrong.replace(wrong.find("18446744073709551615"), 20, number);
    CHECK_FALSE(parse_seen(wrong));
  }
}
