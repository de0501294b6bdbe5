// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/command.hpp"

#include "config/explain.hpp"
#include "tool/exit_code.hpp"
#include "tool/progress.hpp"
#include "tool/run/preflight.hpp"
#include "tool/run/runner.hpp"
#include "tool/top_table.hpp"
#include "transport/core_dumps.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include <signal.h>
#include <unistd.h>

namespace troupe::tool {

namespace {

config::overrides overrides_of(const run_options& options) {
  return {options.sets, [](const char* name) -> const char* {
            return std::getenv(name);
          }};
}

/// Reads a session, and says what is wrong with it.
std::optional<config::session_file>
read_or_complain(const run_options& options) {
  auto result = config::read_session(options.file, overrides_of(options));
  for (const auto& each : result.complaints)
    fmt::print(stderr, "troupe: {}\n", each.message());
  return std::move(result.session);
}

std::string content_of(const std::string& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Nothing after a complaint.
std::optional<std::string> status_file_of(const run_options& options) {
  const auto session = read_or_complain(options);
  if (!session)
    return std::nullopt;
  auto file = make_plan(*session).status_file;
  if (!file.empty())
    return file;
  complain({errc::invalid_argument,
            "'" + options.file + "' names no 'status' file"});
  return std::nullopt;
}

/// Empty if whoever wrote it is gone.
std::string status_if_alive(const std::string& file) {
  auto text = content_of(file);
  const auto writer = process_of(text);
  if (writer && ::kill(*writer, 0) != 0 && errno == ESRCH)
    text.clear();
  return text;
}

/// Nobody knows how wide a file may be.
constexpr std::size_t every_column = 1000;

void warn(const std::vector<std::string>& missing) {
  for (const auto& each : missing)
    fmt::print(stderr, "troupe: warning: {}\n", each);
}

} // namespace

int run_check(const run_options& options) {
  const auto session = read_or_complain(options);
  if (!session)
    return exit_usage;
  const auto plan = make_plan(*session);
  for (const auto& each : plan.shares)
    warn(preflight(each));
  for (const auto& each : plan.syncs)
    warn(preflight(each));
  if (!options.quiet)
    fmt::print("{}: {} shares, {} syncs\n", options.file,
               session->shares.size(), session->syncs.size());
  return exit_ok;
}

int run_explain(const run_options& options) {
  const auto session = read_or_complain(options);
  if (!session)
    return exit_usage;
  fmt::print("{}", config::explain(*session));
  return exit_ok;
}

int run_status(const run_options& options) {
  const auto file = status_file_of(options);
  if (!file)
    return exit_usage;
  const auto text = content_of(*file);
  const auto lines = status_for_people(text);
  if (lines.empty())
    return complain({errc::not_found, "'" + *file + "' is no status of a"
                                      " session; does it run?"});
  fmt::print("{}", options.json ? text : lines);
  return exit_ok;
}

int run_top(const run_options& options) {
  const auto file = status_file_of(options);
  if (!file)
    return exit_usage;
  using clock = std::chrono::steady_clock;
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  session_view view;
  view.file = options.file;
  for (auto at = clock::now();; std::this_thread::sleep_until(at)) {
    view.before = std::exchange(view.status, status_if_alive(*file));
    if (!is_terminal) {
      fmt::print("{}", top_table(view, every_column, false));
      return exit_ok;
    }
    // From the corner on, what was longer before is wiped out.
    std::string screen = "\x1b[H";
    for (const char c : top_table(view, columns_of(STDOUT_FILENO),
                                  wants_colour(STDOUT_FILENO)))
      screen += c == '\n' ? std::string{"\x1b[K\n"} : std::string{c};
    fmt::print("{}\x1b[J", screen);
    std::fflush(stdout);
    view.seconds = 1;
    at += std::chrono::seconds{1};
  }
}

int run_session(const run_options& options) {
  keep_out_of_core_dumps(); // a reload may bring keys
  const event_log log{options.json ? log_style::json
                                   : style_of_standard_error(),
                      options.quiet     ? spdlog::level::warn
                      : options.verbose ? spdlog::level::debug
                                        : spdlog::level::info,
                      standard_error()};
  boost::asio::io_context loop;
  runner session{loop, log, options.file, overrides_of(options)};
  if (session.start() != errc::none)
    return exit_usage;
  loop.run();
  return exit_ok;
}

} // namespace troupe::tool
