// SPDX-License-Identifier: BSD-3-Clause
#include "tool/commands.hpp"
#include "tool/exit_code.hpp"
#include "tool/json_lines.hpp"
#include "tool/progress.hpp"
#include "tool/report_text.hpp"
#include "tool/requests.hpp"
#include "tool/run_to_end.hpp"
#include "tool/units.hpp"

#include <fmt/format.h>

#include <mutex>

namespace troupe::tool {

using namespace std::chrono_literals;

namespace {

constexpr auto status_interval = 500ms;

/// What a sync says while it runs: a line on the terminal, or lines of JSON.
/// Any thread.
class sync_talk {
public:
  explicit sync_talk(const common_options& options)
      : line_(!options.quiet && !options.json),
        is_json_(options.json && !options.quiet) {}

  void show(const sync_progress& progress) {
    line_.show(progress);
    if (!is_json_)
      return;
    const std::lock_guard guard{lock_};
    const auto at = progress.stats.elapsed;
    if (progress.now == sync_progress::phase::fetching)
      rate_.add(at, progress.bytes_done);
    if (said_ && at - *said_ < status_interval)
      return;
    said_ = at;
    print_json(json_status(progress, rate_.bytes_per_s()));
  }
  void clear() { line_.clear(); }

private:
  progress_line line_;
  bool is_json_;
  std::mutex lock_;
  rate_meter rate_;
  std::optional<std::chrono::nanoseconds> said_;
};

void say_changes(const sync_options& options, const sync_report& report) {
  const auto& common = options.common;
  if (common.quiet || (!options.itemize && common.verbose == 0))
    return;
  const auto top =
      report.kind == object_kind::directory ? top_name(options) : std::string{};
  for (const auto& one : report.tree.changes) {
    if (common.json)
      print_json(json_change(one, top));
    else if (options.itemize)
      fmt::print("{}\n", itemized(one, top));
    else
      fmt::print("{}{}\n", one.is_deleted ? "deleting " : "",
                 printed_path(one, top));
  }
}

void say_in_json(const sync_options& options, const sync_report& report,
                 std::uint64_t plan_rate) {
  auto line = json_summary("sync", {}, exit_ok);
  line["name"] = options.name;
  line["destination"] = options.destination;
  line["dry_run"] = options.dry_run;
  add_figures(line, report);
  if (options.dry_run) {
    line["chunks_to_fetch"] = report.plan ? report.plan->fetch.size() : 0;
    line["bytes_to_fetch"] = report.plan ? report.plan->fetch_bytes : 0;
    line["groups"] = report.groups_planned;
    line["group_bytes"] = report.bytes_planned;
    line["rate_bits_per_s"] = plan_rate;
    line["estimated_s"] = planned_s(report, plan_rate);
  }
  print_json(line);
}

void say_in_text(const sync_options& options, const std::string& name,
                 const sync_report& report, std::uint64_t plan_rate) {
  if (options.stats)
    fmt::print("{}", stats_text(report));
  if (options.common.quiet)
    return;
  if (options.common.verbose > 1)
    fmt::print("{}", wire_text(report));
  if (options.dry_run)
    fmt::print("{}", plan_text(name, report, plan_rate));
  else
    fmt::print("{}\n", summary(name, report));
  if (report.stats.objects_refused > 0)
    fmt::print("{} forged or outdated answers were ignored\n",
               report.stats.objects_refused);
}

} // namespace

int run_sync(const sync_options& options) {
  const bool is_json = options.common.json;
  auto request = make_sync_request(options);
  if (!request)
    return fail("sync", request.error(), is_json);
  const auto rate = parse_rate(options.plan_rate);
  if (!rate || *rate == 0)
    return fail("sync",
                rate ? error{errc::invalid_argument,
                             "a rate of 0 says nothing about time"}
                     : rate.error(),
                is_json);
  const auto name = request->name;
  sync_talk talk{options.common};
  const auto report =
      run_to_end(std::move(*request), [&talk](const sync_progress& progress) {
        talk.show(progress);
      });
  talk.clear();
  if (!report.ok())
    return fail("sync", report.failure, is_json);
  say_changes(options, report);
  if (is_json)
    say_in_json(options, report, *rate);
  else
    say_in_text(options, name, report, *rate);
  return exit_ok;
}

} // namespace troupe::tool
