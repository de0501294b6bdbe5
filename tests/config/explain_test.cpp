// SPDX-License-Identifier: BSD-3-Clause
#include "config/explain.hpp"

#include "config/read_session.hpp"
#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace troupe::config;

namespace {

constexpr auto text = R"(
rate = "500m"
[[share]]
path = "/srv/a \"quoted\" name"
[[sync]]
name = "b"
dest = "/srv/b"
after = ["logger", "done"]
every = "5m"
)";

} // namespace

TEST_CASE("an explained session is the same session") {
  const auto first = read_session_text(text, "first");
  REQUIRE(first.session);
  const auto told = explain(*first.session);
  const auto second = read_session_text(told, "second");
  for (const auto& each : second.complaints)
    UNSCOPED_INFO(each.message());
  REQUIRE(second.session);
  for (const auto& what : options()) {
    CAPTURE(what.key);
    const auto pick = [&](const session_file& all) -> const entry& {
      return what.where == section::host    ? all.host
             : what.where == section::share ? all.shares.front()
                                            : all.syncs.front();
    };
    const auto one = effective(*first.session, pick(*first.session), what.key);
    const auto two =
        effective(*second.session, pick(*second.session), what.key);
    REQUIRE(one.has_value() == two.has_value());
    if (one)
      CHECK(one->value == two->value);
  }
  CHECK(told.find("# first:2:1") != std::string::npos);
  CHECK(told.find("# default") != std::string::npos);
}

TEST_CASE("the schema knows every option and nothing else") {
  const auto schema = nlohmann::json::parse(json_schema());
  std::size_t count = 0;
  for (const auto& what : options()) {
    CAPTURE(what.key);
    const auto& properties =
        what.where == section::host
            ? schema["properties"]
            : schema["properties"][std::string{to_string(what.where)}]["items"]
                    ["properties"];
    REQUIRE(properties.contains(std::string{what.key}));
    CHECK_FALSE(properties[std::string{what.key}]["description"].empty());
    ++count;
  }
  const auto& all = schema["properties"];
  CHECK(all["share"]["items"]["additionalProperties"] == false);
  CHECK(all.size() - 2 + all["share"]["items"]["properties"].size() +
            all["sync"]["items"]["properties"].size() ==
        count);
}

TEST_CASE("every default is a value of its own option") {
  for (const auto& what : options()) {
    CAPTURE(what.key);
    if (!what.default_text.empty())
      CHECK(read_value(what, what.default_text));
    CHECK_FALSE(what.why.empty());
    CHECK(what.why.back() != '.');
    if (what.is_inherited)
      CHECK(find_option(section::host, what.key) != nullptr);
  }
}
