// SPDX-License-Identifier: BSD-3-Clause
// What is installed of the table of options is what the table says.
#include "config/explain.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

using namespace troupe::config;

namespace {

std::string content(const char* path) {
  std::ifstream in{path};
  REQUIRE(in);
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("the installed schema is that of the table") {
  CHECK(content(TROUPE_SCHEMA) == json_schema());
}

TEST_CASE("the schema takes every default, and every word of a choice") {
  const auto schema = nlohmann::json::parse(content(TROUPE_SCHEMA));
  for (const auto& what : options()) {
    CAPTURE(what.key);
    const auto& of = what.where == section::host
                         ? schema
                         : schema["properties"]
                                 [std::string{to_string(what.where)}]["items"];
    const auto& one = of["properties"][std::string{what.key}];
    const std::string text{what.default_text};
    if (!text.empty() && one.contains("oneOf"))
      CHECK(std::regex_match(
          text, std::regex{one["oneOf"][0]["pattern"].get<std::string>()}));
    if (!text.empty() && what.kind == value_kind::flag)
      CHECK(one["default"] == (text == "true"));
    if (what.kind == value_kind::choice) {
      CHECK(std::count(what.choices.begin(), what.choices.end(), ' ') + 1 ==
            static_cast<std::ptrdiff_t>(one["enum"].size()));
      for (const auto& word : one["enum"])
        CHECK(read_value(what, word.get<std::string>()));
    }
    if (what.is_required) {
      const auto& needed = of["required"];
      CHECK(std::find(needed.begin(), needed.end(), std::string{what.key}) !=
            needed.end());
    }
  }
}

TEST_CASE("the manual page has every option and no mark of its template") {
  const auto page = content(TROUPE_PAGE);
  for (const auto& what : options()) {
    CAPTURE(what.key);
    CHECK(page.find("\n.TP\n.B " + std::string{what.key} + "\n") !=
          std::string::npos);
  }
  CHECK(page.find('@') == std::string::npos);
}
