// SPDX-License-Identifier: BSD-3-Clause
#include "tool/lab_command.hpp"

#include "lab/agent.hpp"
#include "lab/coordinator.hpp"
#include "lab/link.hpp"
#include "lab/read_topology.hpp"
#include "lab/report.hpp"
#include "lab/router.hpp"
#include "lab/run_topology.hpp"
#include "tool/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cmath>

namespace troupe::tool {

namespace {

/// The topology, or nothing, when everything that is wrong was said.
std::optional<lab::topology> read(const std::string& path) {
  auto result = lab::read_topology(path);
  for (const auto& each : result.complaints)
    fmt::print(stderr, "troupe: {}\n", each.message());
  return std::move(result.lab);
}

void say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

int validate(const std::vector<std::string>& paths) {
  bool all_good = true;
  for (const auto& path : paths) {
    const auto found = read(path);
    all_good = all_good && found;
    if (found)
      say(fmt::format("{}: {} hosts, {} runs", path, found->hosts.size(),
                      lab::runs_of(*found).size()));
  }
  return all_good ? exit_ok : exit_usage;
}

#if TROUPE_LAB_NODES
expected<std::string> run_by_agents(const lab::topology& what,
                                    std::uint32_t agents, std::uint16_t port) {
  lab::coordinator_options options;
  options.agents = agents;
  options.port = port;
  return lab::run_on_agents(what, options, say);
}

error be_agent(const lab::agent_options& options) {
  return lab::run_agent(options, say);
}
#else
constexpr auto no_nodes = "built with a CAF without the module io, which nodes speak by";
expected<std::string> run_by_agents(const lab::topology&, std::uint32_t,
                                    std::uint16_t) {
  return error{errc::unsupported, no_nodes};
}

error be_agent(const lab::agent_options&) {
  return {errc::unsupported, no_nodes};
}
#endif

int run_all(const lab_options& options) {
  auto found = read(options.file);
  if (!found)
    return exit_usage;
  if (options.rounds > 0)
    found->rounds = options.rounds;
  const auto& folder = options.folder;
  const auto results =
      options.agents > 0
          ? run_by_agents(*found, options.agents, options.port)
          : lab::run_topology(*found, say);
  if (!results)
    return complain(results.error());
  if (!folder.empty()) {
    if (auto bad = lab::write_report(folder, *results); bad.code != errc::none)
      return complain(bad);
    say("report: " + folder + "/report.html");
  }
  const auto missed = lab::count_missed(*results);
  if (missed > 0)
    fmt::print(stderr, "troupe: {} runs missed what was expected\n", missed);
  return missed > 0 ? exit_other : exit_ok;
}

lab::link_end end_of(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos)
    return {"-", text};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

std::chrono::nanoseconds ns_of(double ms) {
  return std::chrono::nanoseconds{std::llround(ms * 1e6)};
}

error be_link(const lab_link_options& given) {
  lab::link_options options;
  options.first = end_of(given.first);
  options.second = end_of(given.second);
  options.faults.delay = ns_of(given.delay_ms);
  options.faults.jitter = ns_of(given.jitter_ms);
  options.faults.reorder_pct = given.reorder_pct;
  options.faults.duplicate_pct = given.duplicate_pct;
  options.faults.loss_pct = given.loss_pct;
  options.faults.burst_frames = given.burst_frames;
  options.loss_back_pct = given.loss_back_pct;
  options.seed = given.seed;
  return lab::run_link(options, say);
}

int end_with(const error& what) {
  return what.code == errc::none ? exit_ok : complain(what);
}

} // namespace

int run_lab(const CLI::App& lab, const lab_options& options) {
  const auto is = [&lab](const char* command) {
    return lab.got_subcommand(command);
  };
  if (is("validate"))
    return validate(options.files);
  if (is("report"))
    return end_with(lab::write_report_again(options.folder));
  if (is("down"))
    return end_with(lab::end_topology(options.name));
  if (is("router"))
    return end_with(lab::run_router({options.router.upstream,
                                     options.router.downstream,
                                     !options.router.no_joins},
                                    say));
  if (is("link"))
    return end_with(be_link(options.link));
  if (is("run"))
    return run_all(options);
  const auto found = read(options.file);
  return found ? end_with(lab::keep_topology(*found, say)) : exit_usage;
}

int run_node(const node_options& options) {
  lab::agent_options agent;
  agent.name = options.name;
  agent.address = options.address;
  agent.port = options.port;
  agent.where.folder = options.folder;
  agent.where.interface = options.interface;
  agent.where.loopback = options.loopback;
  return end_with(be_agent(agent));
}

} // namespace troupe::tool
