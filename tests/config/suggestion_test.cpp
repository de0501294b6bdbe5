// SPDX-License-Identifier: BSD-3-Clause
#include "config/suggestion.hpp"

#include "tests/support/catch.hpp"

#include <array>
#include <string>

using namespace troupe::config;

TEST_CASE("a misspelt word is known by one or two letters") {
  constexpr std::array<std::string_view, 4> words{"interface", "rate", "path",
                                                  "recursive"};
  CHECK(nearest("interfcae", words) == "interface");
  CHECK(nearest("recusive", words) == "recursive");
  CHECK(nearest("rat", words) == "rate");
  CHECK(nearest("paths", words) == "path");
}

TEST_CASE("a word like none of them has no suggestion") {
  constexpr std::array<std::string_view, 2> words{"interface", "rate"};
  CHECK(nearest("colour", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(nearest(std::string(10'000, 'a'), words).empty());
}
