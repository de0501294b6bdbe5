// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/command.hpp"

#include "config/explain.hpp"
#include "tool/exit_code.hpp"
#include "tool/run/preflight.hpp"
#include "tool/run/runner.hpp"
#include "transport/core_dumps.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>

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
  const auto session = read_or_complain(options);
  if (!session)
    return exit_usage;
  const auto file = make_plan(*session).status_file;
  if (file.empty())
    return complain({errc::invalid_argument,
                     "'" + options.file + "' names no 'status' file"});
  std::ifstream in{file};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  const auto lines = status_for_people(text);
  if (lines.empty())
    return complain({errc::not_found, "'" + file + "' is no status of a session;"
                                      " does it run?"});
  fmt::print("{}", options.json ? text : lines);
  return exit_ok;
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
