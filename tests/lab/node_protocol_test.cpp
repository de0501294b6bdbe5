// SPDX-License-Identifier: BSD-3-Clause
#include "lab/node_protocol.hpp"

#include "tests/support/catch.hpp"

using namespace troupe::lab;
using nlohmann::json;

namespace {

plan sample() {
  plan all;
  all.id = 3;
  all.seed = 7;
  all.deadline_ms = 5000;
  all.file = {"a.bin", 1 << 20, 2, 1};
  all.share_options = {"--rate", "40m"};
  all.sync_options = {"--wire", "range"};
  all.tasks = {{"s", true, 0}, {"r1", false, 300}};
  return all;
}

/// A plan in which one field is something else.
json with(const char* pointer, const json& value) {
  auto text = json_of(sample());
  text[json::json_pointer{pointer}] = value;
  return text;
}

} // namespace

TEST_CASE("a plan arrives as it was sent") {
  const auto got = read_plan(json_of(sample()));
  REQUIRE(got);
  CHECK(json_of(*got) == json_of(sample()));
  CHECK(got->tasks[1].starts_ms == 300);
  CHECK(got->tasks[0].is_sharer);
}

TEST_CASE("a plan cannot leave the agent's folder or run other options") {
  for (const auto* name : {"../x", "/etc/passwd", "", ".", "..", "-a", "a/b"}) {
    CHECK_FALSE(read_plan(with("/file/name", name)));
    CHECK_FALSE(read_plan(with("/tasks/1/host", name)));
  }
  for (const auto* option : {"--keyfile", "/etc/shadow", "--delete", "x"}) {
    CHECK_FALSE(read_plan(with("/share_options/1", option)));
    CHECK_FALSE(read_plan(with("/sync_options/0", option)));
  }
}

TEST_CASE("a plan beyond the bounds is refused") {
  CHECK_FALSE(read_plan(with("/file/bytes", 1ull << 60)));
  CHECK_FALSE(read_plan(with("/file/files", 0)));
  CHECK_FALSE(read_plan(with("/file/files", -1)));
  CHECK_FALSE(read_plan(with("/deadline_ms", 1ull << 60)));
  CHECK_FALSE(read_plan(with("/tasks/1/starts_ms", 5001)));
  CHECK_FALSE(read_plan(with("/tasks", json::array_t(201, json()))));
  CHECK_FALSE(read_plan(with("/share_options", json::array_t(51, "auto"))));
}

TEST_CASE("anything else than a plan is refused") {
  for (const auto* text : {"null", "3", "[]", "{}", "\"plan\""})
    CHECK_FALSE(read_plan(json::parse(text)));
  for (const auto* field : {"/id", "/seed", "/file", "/file/name", "/tasks",
                            "/tasks/0", "/tasks/0/is_sharer", "/sync_options"})
    CHECK_FALSE(read_plan(with(field, json::parse("{\"x\":[null]}"))));
}

TEST_CASE("a result arrives as it was sent, or not at all") {
  task_result one{"r1", false, true, 3, 0.1, 1.5, 0.2, 4096, "synced"};
  const auto got = read_result(json_of(one));
  REQUIRE(got);
  CHECK(json_of(*got) == json_of(one));
  auto bad = json_of(one);
  bad["status"] = 256;
  CHECK_FALSE(read_result(bad));
  bad = json_of(one);
  bad.erase("host");
  CHECK_FALSE(read_result(bad));
  CHECK_FALSE(read_result(json::array()));
}
