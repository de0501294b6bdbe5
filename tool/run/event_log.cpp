// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/event_log.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

namespace troupe::tool {

namespace {

bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c != '\x7f';
  });
}

std::string in_quotes(std::string_view text) {
  // Nobody promises that a name is UTF-8.
  return nlohmann::json(std::string{text})
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The numbers of syslog(3), which the journal takes at the head of a line.
int priority_of(event_log::level how) {
  switch (how) {
  case spdlog::level::critical:
    return 2;
  case spdlog::level::err:
    return 3;
  case spdlog::level::warn:
    return 4;
  case spdlog::level::info:
    return 6;
  default:
    return 7;
  }
}

} // namespace

event_log::event_log(log_style style, level least, spdlog::sink_ptr sink)
    : style_(style),
      logger_(std::make_unique<spdlog::logger>("troupe", std::move(sink))) {
  logger_->set_level(least);
  logger_->flush_on(spdlog::level::trace); // the last line counts most
  switch (style) {
  case log_style::json:
    logger_->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})");
    break;
  case log_style::journal:
    logger_->set_pattern("%v");
    break;
  default:
    logger_->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
  }
}

void event_log::write(level how, std::string_view event,
                      std::initializer_list<log_field> fields) const {
  if (!logger_->should_log(how))
    return;
  const bool is_json = style_ == log_style::json;
  std::string line;
  if (style_ == log_style::journal)
    line = '<' + std::to_string(priority_of(how)) + '>';
  line += is_json ? "\"event\":" + in_quotes(event) : std::string{event};
  for (const auto& field : fields) {
    if (is_json)
      line += ',' + in_quotes(field.key) + ':' +
              (field.is_number ? field.value : in_quotes(field.value));
    else
      line += ' ' + std::string{field.key} + '=' +
              (is_plain(field.value) ? field.value : in_quotes(field.value));
  }
  logger_->log(how, "{}", line);
}

spdlog::sink_ptr standard_error() {
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

log_style style_of_standard_error() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat info {};
  if (stream != nullptr && ::fstat(STDERR_FILENO, &info) == 0 &&
      stream == fmt::format("{}:{}", info.st_dev, info.st_ino))
    return log_style::journal;
  return log_style::text;
}

} // namespace troupe::tool
