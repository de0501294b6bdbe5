// SPDX-License-Identifier: BSD-3-Clause
#include "lab/report.hpp"

#include "tests/core/temp_dir.hpp"
#include "tests/support/catch.hpp"

#include <fstream>

using namespace troupe::lab;

namespace {

const std::string results = R"({"format":1,"name":"x","title":"A </script> b",
"runs":[
{"session":"s","tool":"troupe","round":0,"receivers":1,"loss_pct":null,
 "file_bytes":10,"complete":true,"in_time":true,"wall_s":0.5,"sent_bytes":12,
 "missed":["took \"long\""],
 "hosts":[{"host":"r1","identical":true,"ended_s":0.5,"last_words":"a,b"}]},
{"session":"s","tool":"uftp","round":0,"receivers":1,"loss_pct":1.5,
 "failure":"said \"no\", and went","missed":[],"hosts":[]}]})";

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos;
       ++at)
    ++count;
  return count;
}

std::string contents_of(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("a page is complete in itself") {
  const auto page = make_page(results);
  REQUIRE(page);
  CHECK(page->find("{{") == std::string::npos);
  CHECK(page->find("default-src 'none'") != std::string::npos);
  CHECK(count_of(*page, " src=") == 0);
  CHECK(count_of(*page, " href=") == 0);
  CHECK(count_of(*page, "@import") == 0);
  CHECK(count_of(*page, "url(") == 0);
}

TEST_CASE("results cannot break out of the page") {
  const auto page = make_page(results);
  REQUIRE(page);
  CHECK(page->find("A </script>") == std::string::npos);
  CHECK(page->find("A \\u003c/script>") != std::string::npos);
  CHECK(count_of(*page, "</script>") == 3);
}

TEST_CASE("the table has a line for each receiver, and one for a failure") {
  const auto csv = make_csv(results);
  REQUIRE(csv);
  CHECK(count_of(*csv, "\n") == 3);
  CHECK(csv->find("\n\"s\",\"troupe\",0,1,,10,true,true,0.5,12,") !=
        std::string::npos);
  CHECK(csv->find("\"said \"\"no\"\", and went\"") != std::string::npos);
  const auto heads = csv->substr(0, csv->find('\n'));
  const auto last = csv->substr(csv->rfind('\n', csv->size() - 2) + 1);
  // One comma in that failure is no separator.
  CHECK(count_of(last, ",") == count_of(heads, ",") + 1);
}

TEST_CASE("runs that missed something are counted") {
  CHECK(count_missed(results) == 1);
  CHECK(count_missed("{}") == 0);
}

TEST_CASE("what is no report is refused") {
  for (const auto* text : {"", "{", "[]", "{\"format\":2,\"runs\":[]}",
                           "{\"format\":1}", "{\"format\":1,\"runs\":3}"}) {
    CHECK_FALSE(make_page(text));
    CHECK_FALSE(make_csv(text));
  }
}

TEST_CASE("a report is written, and written again from its results") {
  const troupe::test::temp_dir folder;
  const auto at = folder.path() / "deep" / "report";
  REQUIRE(write_report(at, results).code == troupe::errc::none);
  const auto page = contents_of(at / "report.html");
  CHECK(page.size() > 50'000);
  std::filesystem::remove(at / "report.html");
  std::filesystem::remove(at / "report.csv");
  REQUIRE(write_report_again(at).code == troupe::errc::none);
  CHECK(contents_of(at / "report.html") == page);
  CHECK(contents_of(at / "report.csv").size() > 100);
  CHECK(write_report_again(folder.path()).code == troupe::errc::not_found);
}
