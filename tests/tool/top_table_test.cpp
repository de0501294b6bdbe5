// SPDX-License-Identifier: BSD-3-Clause
#include "tool/top_table.hpp"

#include "tests/support/catch.hpp"

#include <sstream>

using namespace troupe::tool;

namespace {

std::string status(std::uint64_t sent) {
  return R"({"schema_version":1,"process_id":77,"reloads":2,"shares":[
    {"path":"/srv/a","name":"a\u001b[2J","state":"sharing","bytes":5000000,
     "bytes_sent":)" +
         std::to_string(sent) +
         R"(,"requests":9,"dropped":{"unknown":1,"changed":2,"errors":3}}],
    "syncs":[{"name":"b","dest":"/srv/b","state":"waiting","completed":4,
     "changed":3,"failed":1,"bytes_wire":12000,"error":"nobody answered",
     "dropped":{"kernel":5}}]})";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

} // namespace

TEST_CASE("the table has shares, syncs, sums and rates", "[top]") {
  const auto lines = lines_of(top_table(
      {"s.toml", status(3'000'000), status(1'000'000), 2}, 200, false));
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == "s.toml: process 77, 2 reloads");
  CHECK(lines[2].find("sharing") != std::string::npos);
  CHECK(lines[2].find("1.0 MB/s") != std::string::npos);
  CHECK(lines[2].ends_with(" 9       6"));
  CHECK(lines[4].starts_with("/srv/b "));
  CHECK(lines[4].ends_with(" 4       3      1       5"));
  CHECK(lines[5] == "    nobody answered");
  // Of a stranger's name the terminal acts on nothing.
  for (const auto& line : lines)
    CHECK(line.find('\x1b') == std::string::npos);
}

TEST_CASE("the table fits the screen, and has colours if it may", "[top]") {
  for (const auto& line :
       lines_of(top_table({"s.toml", status(1), {}, 0}, 40, false)))
    CHECK(line.size() <= 40);
  CHECK(top_table({"s.toml", status(1), {}, 0}, 80, true).find("\x1b[1mSHARE") !=
        std::string::npos);
}

TEST_CASE("without a status the session does not run", "[top]") {
  for (const auto* text : {"", "{", "[]", "{\"schema_version\":2}"}) {
    CHECK(top_table({"s.toml", text, {}, 0}, 80, false) ==
          "s.toml: does not run\n");
    CHECK(!process_of(text));
  }
  CHECK(process_of(status(1)) == 77);
  // Other types than expected are no reason to fail.
  CHECK(top_table({"s.toml",
                   R"({"schema_version":1,"shares":[1,{"name":2}],"syncs":3})",
                   {}, 0},
                  80, false)
            .starts_with("s.toml: process 0"));
}

TEST_CASE("after a restart the rate is not below zero", "[top]") {
  const auto text =
      top_table({"s.toml", status(10), status(1'000'000), 1}, 200, false);
  CHECK(text.find(" 0 B/s") != std::string::npos);
}
