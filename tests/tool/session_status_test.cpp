// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/session_status.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <sstream>

using namespace troupe::tool;

namespace {

session_status some_status() {
  session_status all;
  all.file = "/etc/troupe/s.toml";
  all.reloads = 2;
  all.reloads_refused = 1;
  share_status share;
  share.path = "/srv/\"odd\"\n\\name";
  share.state = "sharing";
  share.objects_sent = 12;
  share.dropped_changed = 3;
  all.shares = {share};
  sync_status one;
  one.name = "models";
  one.destination = "/srv/models";
  one.state = "waiting";
  one.error = "no sharer answered";
  one.failed = 4;
  one.dropped_by_kernel = 5;
  auto other = one;
  other.destination = "/b";
  other.error.clear();
  other.completed = 1;
  other.last_bytes = 1000;
  other.last_seconds = 0.25;
  all.syncs = {one, other};
  return all;
}

bool has_line(const std::string& page, const std::string& line) {
  return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("the metrics page has each figure with its labels") {
  const auto page = metrics_page(some_status());
  const std::string odd = R"(path="/srv/\"odd\"\n\\name")";
  const std::string models = R"(dest="/srv/models")";
  for (const auto& line :
       {"share_objects_sent_total{" + odd + "} 12",
        "share_dropped_total{" + odd + ",cause=\"changed\"} 3",
        "sync_dropped_total{" + models + ",cause=\"kernel\"} 5",
        std::string{"sync_failed_total{dest=\"/b\"} 4"},
        std::string{"session_reloads_total{result=\"refused\"} 1"},
        std::string{"sync_last_seconds{dest=\"/b\"} 0.25"}}) {
    CAPTURE(line);
    CHECK(has_line(page, "troupe_" + line));
  }
  // Of a sync that never completed there is no last one.
  CHECK(page.find(R"(last_seconds{dest="/srv/models"})") == std::string::npos);
}

TEST_CASE("every metric says once what it is, before its figures") {
  std::istringstream page{metrics_page(some_status())};
  std::string current;
  std::set<std::string> seen;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("# TYPE ", 0) == 0) {
      current = line.substr(7, line.find(' ', 7) - 7);
      CHECK(seen.insert(current).second);
    } else if (line.rfind('#', 0) != 0) {
      CHECK(line.substr(0, line.find_first_of("{ ")) == current);
    }
  }
  CHECK(seen.size() > 10);
}

TEST_CASE("the status is JSON, and says it to people, too") {
  const auto text = status_json(some_status());
  const auto all = nlohmann::json::parse(text);
  CHECK(all["schema_version"] == 1);
  CHECK(all["shares"][0]["dropped"]["changed"] == 3);
  CHECK(all["syncs"][0]["error"] == "no sharer answered");
  CHECK_FALSE(all["syncs"][0].contains("last"));
  CHECK(all["syncs"][1]["last"]["bytes"] == 1000);
  const auto lines = status_for_people(text);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 4); // a name has one
  CHECK(lines.find("waiting: no sharer answered") != std::string::npos);
}

TEST_CASE("what is no status is told as such") {
  CHECK(status_for_people("").empty());
  CHECK(status_for_people("{\"schema_version\": 2}").empty());
  CHECK(status_for_people("[1]").empty());
  CHECK(status_for_people("{\"schema_version\": \"1\"}").empty());
  CHECK(status_for_people("{\"schema_version\": 1, \"syncs\": [7]}").empty());
}
