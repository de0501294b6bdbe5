// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::tool {

/// How a session's log looks.
enum class log_style {
  text,    ///< for people: time, level, event, key=value
  journal, ///< the same for systemd's journal, which has the time: "<6>" first
  json,    ///< an object a line
};

/// One thing worth telling of an event.
struct log_field {
  std::string_view key;
  std::string value;
  bool is_number = false;

  log_field(std::string_view name, std::string text)
      : key(name), value(std::move(text)) {}
  log_field(std::string_view name, std::uint64_t number)
      : key(name), value(fmt::to_string(number)), is_number(true) {}
};

/// What a session tells of itself: events, a word or two each, with fields.
/// Any thread.
class event_log {
public:
  using level = spdlog::level::level_enum;

  /// Writes what is at least `least` to `sink`.
  event_log(log_style style, level least, spdlog::sink_ptr sink);

  /// Names come from files and networks: what a field says is quoted if need
  /// be, so that an event is always one line.
  void write(level how, std::string_view event,
             std::initializer_list<log_field> fields = {}) const;

private:
  log_style style_;
  std::unique_ptr<spdlog::logger> logger_;
};

/// The log of this process: standard error.
spdlog::sink_ptr standard_error();

/// journal if standard error is the journal's (JOURNAL_STREAM of
/// systemd.exec(5)), else text.
log_style style_of_standard_error();

} // namespace troupe::tool
