// SPDX-License-Identifier: BSD-3-Clause
#include "tool/json_lines.hpp"
#include "tool/progress.hpp"
#include "tool/report_text.hpp"

#include "tests/support/catch.hpp"

#include <cstdlib>

using namespace troupe;
using namespace troupe::tool;
using namespace std::chrono_literals;

namespace {

sync_progress halfway() {
  sync_progress progress;
  progress.now = sync_progress::phase::fetching;
  progress.bytes_total = 1'000'000'000;
  progress.bytes_done = 500'000'000;
  progress.groups = 8;
  progress.stats.chunks_kept = 70;
  progress.stats.chunks_fetched = 15'259;
  progress.stats.symbols_source = 990;
  progress.stats.symbols_repair = 10;
  return progress;
}

entry_change change_to(const std::string& path) {
  entry_change change;
  change.path = path;
  return change;
}

} // namespace

TEST_CASE("the progress line says how far, how fast and how well") {
  CHECK(progress_text(halfway(), 100e6, 200) ==
        "[############............]  50 % of 1.0 GB  100.0 MB/s  5 s left"
        "  70 kept 15259 fetched  loss 1.0 %  8 groups");
  // No rate yet, no time left.
  CHECK(progress_text(halfway(), 0, 200) ==
        "[############............]  50 % of 1.0 GB  70 kept 15259 fetched"
        "  loss 1.0 %  8 groups");
}

TEST_CASE("the progress line fits the terminal") {
  for (std::size_t columns = 1; columns < 150; ++columns)
    CHECK(progress_text(halfway(), 100e6, columns).size() <= columns);
  CHECK(progress_text(halfway(), 100e6, 30) == " 50 % of 1.0 GB  100.0 MB/s");
  auto waiting = halfway();
  waiting.now = sync_progress::phase::waiting;
  CHECK(progress_text(waiting, 0, 7) == "waiting");
}

TEST_CASE("colours are control characters and nothing else") {
  auto text = progress_text(halfway(), 100e6, 200, true);
  CHECK(text.find("\x1b[32m") != text.npos);
  for (const std::string code : {"\x1b[32m", "\x1b[0m"})
    text.erase(text.find(code), code.size());
  CHECK(text == progress_text(halfway(), 100e6, 200));
  CHECK(!wants_colour(-1));
}

TEST_CASE("a bar is never longer than itself") {
  auto progress = halfway();
  for (const std::uint64_t done : {0ull, 1ull, 999'999'999ull, 1'000'000'000ull,
                                   2'000'000'000ull}) {
    progress.bytes_done = done;
    const auto text = progress_text(progress, 1, 200);
    CHECK(text.find(']') == 25);
  }
  progress.bytes_total = progress.bytes_done = 0;
  CHECK(progress_text(progress, 0, 200).find(']') == 25);
}

TEST_CASE("a rate is that of the last seconds") {
  rate_meter meter;
  CHECK(meter.bytes_per_s() == 0);
  meter.add(0s, 0);
  CHECK(meter.bytes_per_s() == 0);
  for (int second = 1; second <= 10; ++second)
    meter.add(std::chrono::seconds{second}, std::uint64_t(second) * 1000);
  CHECK(meter.bytes_per_s() == Approx(1000));
  for (int second = 11; second <= 20; ++second)
    meter.add(std::chrono::seconds{second}, 10'000);
  CHECK(meter.bytes_per_s() == 0);
  // A directory has its list first, then its files: another sum begins.
  meter.add(21s, 5);
  CHECK(meter.bytes_per_s() == 0);
  meter.add(22s, 105);
  CHECK(meter.bytes_per_s() == Approx(100));
}

TEST_CASE("times are read at a glance") {
  CHECK(human_time(7.9) == "7 s");
  CHECK(human_time(185) == "3:05");
  CHECK(human_time(3723) == "1:02:03");
  CHECK(human_time(-1) == "0 s");
}

TEST_CASE("changes are itemized in rsync's letters") {
  auto one = change_to("a/b");
  one.is_new = true;
  CHECK(itemized(one, "") == ">f+++++++++ a/b");
  CHECK(itemized(one, "top") == ">f+++++++++ top/a/b");
  one.is_new = false;
  one.content = one.size = one.time = true;
  CHECK(itemized(one, "") == ">fcst...... a/b");
  one.content = one.size = false;
  one.mode = one.owner = one.group = true;
  CHECK(itemized(one, "") == ".f..tpog... a/b");

  auto folder = change_to("");
  folder.kind = object_kind::directory;
  folder.is_new = true;
  CHECK(itemized(folder, "top") == "cd+++++++++ top/");
  CHECK(itemized(folder, "") == "cd+++++++++ ./");
  folder.is_new = false;
  folder.time = true;
  CHECK(itemized(folder, "top") == ".d..t...... top/");

  auto link = change_to("l");
  link.kind = object_kind::symlink;
  link.target = "there";
  link.content = true;
  CHECK(itemized(link, "") == "cLc........ l -> there");

  auto gone = change_to("old");
  gone.is_deleted = true;
  CHECK(itemized(gone, "top") == "*deleting   top/old");
}

TEST_CASE("a name does nothing to the terminal") {
  auto link = change_to("a\x1b[2J\nb\\");
  link.kind = object_kind::symlink;
  link.target = "\x7f";
  link.is_new = true;
  CHECK(itemized(link, "") ==
        "cL+++++++++ a\\033[2J\\012b\\134 -> \\177");
  auto gone = change_to("a\rb");
  gone.is_deleted = true;
  CHECK(itemized(gone, "") == "*deleting   a\\015b");
  CHECK(printable("ö $'") == "ö $'");
  CHECK(printable("a\u009bb") == "a\\302\\233b");
}

TEST_CASE("every line of JSON has a type and a version, and is one line") {
  for (const auto& line :
       {json_status(halfway(), 1e6), json_change(change_to("a\nb"), ""),
        json_entry({}), json_summary("sync", {}, 0)}) {
    CHECK(line.at("schema_version") == 1);
    CHECK(line.at("type").is_string());
    CHECK(line.dump().find('\n') == std::string::npos);
  }
  const auto status = json_status(halfway(), 1e6);
  CHECK(status.at("phase") == "fetching");
  CHECK(status.at("left_s") == Approx(500.0));
  CHECK(!json_status(halfway(), 0).contains("left_s"));
  CHECK(!status.contains("doubt"));
  auto doubtful = halfway();
  doubtful.doubt = {errc::bad_key, "'x'"};
  CHECK(json_status(doubtful, 0).at("doubt") == doubtful.doubt.message());
}

TEST_CASE("a summary names the cause of a failure") {
  const auto line =
      json_summary("sync", {errc::no_sharer, "nobody"}, exit_no_sharer);
  CHECK(line.at("ok") == false);
  CHECK(line.at("exit_code") == 3);
  CHECK(line.at("code") == "no_sharer");
  CHECK(line.at("error").get<std::string>().starts_with("nobody"));
  CHECK(json_summary("verify", {}, 1).at("ok") == false);
  CHECK(!json_summary("verify", {}, 1).contains("error"));
}

TEST_CASE("names that are no text make no line that is no JSON") {
  auto change = change_to("a\xff" "b");
  const auto text = json_change(change, "").dump(
      -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  CHECK(nlohmann::ordered_json::accept(text));
}

TEST_CASE("a plan says how long it would take") {
  sync_report report;
  report.bytes_planned = 1'368'000; // 1000 packets of 1450 bytes on the link
  CHECK(planned_s(report, 11'600'000) == Approx(1.0));
  report.kind = object_kind::directory;
  report.tree.files = 12;
  const auto text = plan_text("it", report, 1'000'000'000);
  CHECK(text.find("12 files") != text.npos);
  CHECK(text.find("1e+03 Mbit/s") == text.npos);
}

TEST_CASE("what was not fetched was matched") {
  sync_report report;
  report.stats.object_bytes = 1000;
  report.stats.bytes_fetched = 300;
  const auto text = stats_text(report);
  CHECK(text.find("Literal data: 300 bytes\n") != text.npos);
  CHECK(text.find("Matched data: 700 bytes\n") != text.npos);
}
