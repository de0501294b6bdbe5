// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/event_log.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

using namespace troupe::tool;
using spdlog::level::level_enum;

namespace {

/// What a log of that style writes of an event with awkward fields.
std::string logged(log_style style) {
  std::ostringstream out;
  const event_log log{
      style, level_enum::info,
      std::make_shared<spdlog::sinks::ostream_sink_mt>(out)};
  log.write(level_enum::debug, "not worth it");
  log.write(level_enum::warn, "not shared",
            {{"path", "/a b"},
             {"why", "\"x\"\nlevel=\xff"},
             {"bytes", std::uint64_t{7}}});
  return out.str();
}

} // namespace

TEST_CASE("an event is one line whatever its fields say") {
  const auto line = logged(log_style::text);
  CHECK(line.substr(24) ==
        R"(warning not shared path="/a b" why="\"x\"\nlevel=)"
        "\xef\xbf\xbd\" bytes=7\n");
}

TEST_CASE("the journal gets its priority first, and no time") {
  CHECK(logged(log_style::journal).rfind("<4>not shared path=", 0) == 0);
}

TEST_CASE("a log in JSON is an object a line") {
  const auto text = logged(log_style::json);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  const auto line = nlohmann::json::parse(text);
  CHECK(line["level"] == "warning");
  CHECK(line["event"] == "not shared");
  CHECK(line["path"] == "/a b");
  CHECK(line["bytes"] == 7);
  CHECK(line["time"].get<std::string>().size() > 20);
}

TEST_CASE("the journal is recognised by its stream's inode") {
  ::setenv("JOURNAL_STREAM", "1:1", 1);
  CHECK(style_of_standard_error() == log_style::text);
  ::unsetenv("JOURNAL_STREAM");
  CHECK(style_of_standard_error() == log_style::text);
}
