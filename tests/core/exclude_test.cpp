// SPDX-License-Identifier: BSD-3-Clause
#include "core/exclude.hpp"

#include "tests/support/catch.hpp"

#include <chrono>

using troupe::exclude_patterns;

namespace {

bool left_out(const std::string& pattern, const std::string& path,
              bool is_directory = false) {
  return exclude_patterns{{pattern}}.match(path, is_directory);
}

} // namespace

TEST_CASE("a pattern without a slash is of the last component") {
  CHECK(left_out("*.o", "share/a.o"));
  CHECK(left_out("*.o", "share/sub/deep/a.o"));
  CHECK(left_out("*.o", "share/.o"));
  CHECK(!left_out("*.o", "share/a.oo"));
  CHECK(!left_out("*.o", "share/x.o/a"));
  CHECK(left_out("core", "share/core"));
  CHECK(!left_out("core", "share/score"));
  CHECK(left_out("?", "share/a"));
  CHECK(!left_out("?", "share/ab"));
}

TEST_CASE("a star stops at a slash, two do not") {
  CHECK(left_out("sub/*.o", "share/sub/a.o"));
  CHECK(!left_out("sub/*.o", "share/sub/deep/a.o"));
  CHECK(left_out("sub/**.o", "share/sub/deep/a.o"));
  CHECK(left_out("**/deep/*", "share/sub/deep/a"));
  CHECK(!left_out("sub?a", "share/sub/a"));
  CHECK(left_out("sub**a", "share/sub/a"));
}

TEST_CASE("a slash at the beginning is where the share begins") {
  CHECK(left_out("/share/a", "share/a"));
  CHECK(!left_out("/share/a", "share/share/a"));
  CHECK(!left_out("/a", "share/a"));
  CHECK(left_out("share/a", "share/share/a"));
  CHECK(!left_out("b/a", "share/bb/a"));
}

TEST_CASE("a slash at the end is of directories") {
  CHECK(left_out("cache/", "share/sub/cache", true));
  CHECK(!left_out("cache/", "share/sub/cache", false));
  CHECK(left_out("cache", "share/sub/cache", true));
  CHECK(left_out("/share/*/", "share/sub", true));
}

TEST_CASE("classes and backslashes") {
  CHECK(left_out("[a-c]x", "share/bx"));
  CHECK(!left_out("[a-c]x", "share/dx"));
  CHECK(left_out("[!a-c]x", "share/dx"));
  CHECK(!left_out("[!a-c]x", "share/ax"));
  CHECK(left_out("[]]", "share/]"));
  CHECK(left_out("[a", "share/[a"));
  CHECK(left_out("\\*", "share/*"));
  CHECK(!left_out("\\*", "share/a"));
  CHECK(!left_out("a[/]b", "share/a/b"));
}

TEST_CASE("any of several patterns, and none of none") {
  CHECK(exclude_patterns{{"a", "b"}}.match("share/b", false));
  CHECK(!exclude_patterns{{"a", "b"}}.match("share/c", false));
  CHECK(!exclude_patterns{}.match("share/c", false));
  CHECK(!left_out("", "share/c"));
}

TEST_CASE("no pattern takes for ever") {
  std::string pattern, path = "share/";
  for (int i = 0; i < 200; ++i)
    pattern += "a*";
  path += std::string(4000, 'a');
  const auto before = std::chrono::steady_clock::now();
  CHECK(!left_out(pattern + "b", path));
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds{5});
}
