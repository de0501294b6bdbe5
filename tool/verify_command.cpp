// SPDX-License-Identifier: BSD-3-Clause
#include "tool/commands.hpp"
#include "tool/json_lines.hpp"
#include "tool/progress.hpp"
#include "tool/report_text.hpp"
#include "tool/requests.hpp"
#include "tool/run_to_end.hpp"

#include <fmt/format.h>

namespace troupe::tool {

namespace {

/// What stands in the way of a sync is another thing than what is shared.
bool is_difference(errc code) {
  return code == errc::is_directory || code == errc::not_directory ||
         code == errc::is_symlink;
}

int say(const sync_options& options, const sync_report& report,
        const std::string& obstacle) {
  const auto top =
      report.kind == object_kind::directory ? top_name(options) : std::string{};
  const auto& changes = report.tree.changes;
  const bool is_equal = changes.empty() && obstacle.empty();
  const auto code = is_equal ? exit_ok : exit_other;
  if (options.common.json) {
    for (const auto& one : changes)
      print_json(json_change(one, top));
    auto line = json_summary("verify", {}, code);
    line["name"] = options.name;
    line["destination"] = options.destination;
    line["equal"] = is_equal;
    line["differences"] = changes.size() + !obstacle.empty();
    if (!obstacle.empty())
      line["obstacle"] = obstacle;
    add_figures(line, report);
    print_json(line);
    return code;
  }
  for (const auto& one : changes)
    fmt::print("{}\n", itemized(one, top));
  if (!obstacle.empty())
    fmt::print("{}\n", obstacle);
  if (options.common.quiet)
    return code;
  if (is_equal)
    fmt::print("equal: {} and {}, {} bytes\n", options.name,
               options.destination, report.stats.object_bytes);
  else
    fmt::print("different: {} and {}, {} entries\n", options.name,
               options.destination, changes.size() + !obstacle.empty());
  return code;
}

} // namespace

int run_verify(const sync_options& options) {
  if (is_local(options.name))
    return fail("verify",
                {errc::unsupported, "'" + options.name + "' is a path on this"
                                    " host: compare it by diff(1)"},
                options.common.json);
  auto asked = options;
  asked.common.no_cache = true; // all of it is read
  auto request = make_sync_request(asked);
  if (!request)
    return fail("verify", request.error(), options.common.json);
  request->depth = sync_depth::compare;
  progress_line line{!options.common.quiet && !options.common.json};
  const auto report =
      run_to_end(std::move(*request), [&line](const sync_progress& progress) {
        line.show(progress);
      });
  line.clear();
  // A name that is a directory, without -r, is refused before that is known.
  const bool is_refused = report.failure.code == errc::is_directory &&
                          report.kind == object_kind::directory &&
                          !report.contents;
  if (is_difference(report.failure.code) && !is_refused)
    return say(options, report, report.failure.message());
  return report.ok() ? say(options, report, {})
                     : fail("verify", report.failure, options.common.json);
}

} // namespace troupe::tool
