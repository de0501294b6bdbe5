// SPDX-License-Identifier: BSD-3-Clause
#include "tool/doctor/command.hpp"

#include "tool/doctor/look.hpp"
#include "tool/doctor/meeting.hpp"
#include "tool/exit_code.hpp"
#include "tool/json_lines.hpp"
#include "tool/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <unistd.h>

namespace troupe::tool {

namespace {

using doctor::finding;
using doctor::severity;

const char* word_of(severity how) {
  switch (how) {
  case severity::ok:
    return "ok";
  case severity::hint:
    return "hint";
  default:
    return "fault";
  }
}

void print(const std::vector<finding>& all, bool quiet) {
  const bool colour = wants_colour(STDOUT_FILENO);
  for (const auto& one : all) {
    if (quiet && one.how == severity::ok)
      continue;
    const char* paint = one.how == severity::fault  ? "\x1b[1;31m"
                        : one.how == severity::hint ? "\x1b[33m"
                                                    : "\x1b[32m";
    fmt::print("{}{:<6}{} {}\n", colour ? paint : "", word_of(one.how),
               colour ? "\x1b[0m" : "", one.what);
    if (!one.fix.empty())
      fmt::print("       fix: {}\n", one.fix);
  }
}

void say_in_json(const std::vector<finding>& all, int code) {
  std::size_t faults = 0;
  for (const auto& one : all) {
    faults += one.how == severity::fault;
    auto line = json_line("finding");
    line["severity"] = word_of(one.how);
    line["id"] = one.id;
    line["what"] = one.what;
    if (!one.fix.empty())
      line["fix"] = one.fix;
    print_json(line);
  }
  auto line = json_summary("doctor", {}, code);
  line["faults"] = faults;
  print_json(line);
}

} // namespace

int run_doctor(const doctor_options& options) {
  doctor::look_options look;
  look.interface = options.interface;
  look.name = options.name;
  look.listen = std::chrono::milliseconds{
      static_cast<std::int64_t>(options.listen_s * 1000)};
  auto all = doctor::look_at_host(look);
  auto findings = doctor::judge(all);
  const auto is_fault = [](const finding& one) {
    return one.how == severity::fault;
  };
  // With a broken interface, probes would only repeat that.
  const auto* chosen = all.chosen_interface();
  if (chosen != nullptr && chosen->is_up && chosen->has_route) {
    doctor::probe_network(look, all);
    doctor::look_for_sharers(look, all);
    findings = doctor::judge(all);
  }
  if (!options.with.empty() && chosen != nullptr &&
      std::none_of(findings.begin(), findings.end(), is_fault)) {
    doctor::meeting_options where;
    where.interface_index = all.chosen;
    where.mtu_bytes = chosen->mtu_bytes;
    where.name = options.with;
    auto more = doctor::judge(doctor::meet(where), options.with);
    findings.insert(findings.begin(), more.begin(), more.end());
  }
  const auto code = std::any_of(findings.begin(), findings.end(), is_fault)
                        ? exit_network
                        : exit_ok;
  if (options.json)
    say_in_json(findings, code);
  else
    print(findings, options.quiet);
  return code;
}

} // namespace troupe::tool
