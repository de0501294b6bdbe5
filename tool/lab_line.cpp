// SPDX-License-Identifier: BSD-3-Clause
#include "tool/lab_command.hpp"

#include <CLI/CLI.hpp>

namespace troupe::tool {

namespace {

void add_link(CLI::App& lab, lab_link_options& options) {
  auto& link = *lab.add_subcommand(
      "link", "be a cable between two TAP devices that it makes, which delays,"
              " loses, repeats and reorders frames");
  const auto add_end = [&link](const char* name, std::string& into) {
    link.add_option(name, into,
                    "device, or NETNS:DEVICE with the path of a namespace")
        ->type_name("")
        ->required();
  };
  add_end("FIRST", options.first);
  add_end("SECOND", options.second);
  const auto add_ms = [&link](const char* name, double& into,
                              const char* what) {
    link.add_option(name, into, what)
        ->type_name("MS")
        ->check(CLI::Range(0.0, 60'000.0));
  };
  add_ms("--delay-ms", options.delay_ms, "one way");
  add_ms("--jitter-ms", options.jitter_ms,
         "so much more or less, evenly; the order is kept");
  const auto add_share = [&link](const char* name, double& into,
                                 const char* what) {
    link.add_option(name, into, what)
        ->type_name("PERCENT")
        ->check(CLI::Range(0.0, 100.0));
  };
  add_share("--reorder", options.reorder_pct, "frames that do not wait");
  add_share("--duplicate", options.duplicate_pct, "frames that come twice");
  add_share("--loss", options.loss_pct, "frames lost towards SECOND");
  add_share("--loss-back", options.loss_back_pct, "frames lost towards FIRST");
  link.add_option("--burst", options.burst_frames,
                  "frames lost one after the other, on average")
      ->type_name("N")
      ->check(CLI::Range(1.0, 10'000.0));
  link.add_option("--seed", options.seed, "of its dice")->type_name("N");
}

void add_router(CLI::App& lab, lab_router_options& options) {
  auto& router = *lab.add_subcommand(
      "router", "forward multicast from one device of this namespace to"
                " others where somebody is in its group");
  router.add_option("UPSTREAM", options.upstream, "device it comes from")
      ->type_name("")
      ->required();
  router.add_option("DOWNSTREAM", options.downstream, "devices it goes to")
      ->type_name("")
      ->required()
      ->expected(1, 31);
  router.add_flag("--no-joins", options.no_joins,
                  "do not pass on upwards who joins");
}

} // namespace

void add_lab(CLI::App& app, lab_options& options) {
  auto& lab = *app.add_subcommand(
      "lab", "build networks of namespaces, and measure what Troupe and other"
             " tools do in them");
  lab.require_subcommand(1);
  const auto add_file = [&options](CLI::App& command) {
    command.add_option("TOPOLOGY", options.file, "file that describes it")
        ->type_name("FILE")
        ->required();
  };
  lab.add_subcommand("validate", "check topologies")
      ->add_option("TOPOLOGY", options.files, "files to check")
      ->type_name("FILE")
      ->required();
  add_file(*lab.add_subcommand(
      "up", "build a topology and keep it, until interrupted or taken down"));
  auto& run = *lab.add_subcommand(
      "run", "build a topology, run its sessions, and remove it; fails unless"
             " what it expects comes true");
  add_file(run);
  run.add_option("--report", options.folder,
                 "folder for report.html, report.json and report.csv")
      ->type_name("DIR");
  run.add_option("--rounds", options.rounds,
                 "how often each run is done, instead of what the topology"
                 " says")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  auto& agents = *run.add_option("--agents", options.agents,
                                 "run it on so many `troupe node` instead")
                      ->type_name("N")
                      ->check(CLI::Range(1, 200));
  run.add_option("--port", options.port,
                 "TCP port of the loopback device that they come in by;"
                 " default: a free one, which is printed")
      ->type_name("PORT")
      ->needs(&agents);
  lab.add_subcommand("report",
                     "write the page of a report anew from its report.json")
      ->add_option("DIR", options.folder, "folder of the report")
      ->type_name("DIR")
      ->required();
  add_link(lab, options.link);
  add_router(lab, options.router);
  lab.add_subcommand("down", "end what `up` keeps")
      ->add_option("NAME", options.name, "name in the topology")
      ->type_name("")
      ->required();
}

void add_node(CLI::App& app, node_options& options) {
  auto& node = *app.add_subcommand(
      "node", "carry out what a `troupe lab run --agents` elsewhere asks for");
  node.add_option("--name", options.name, "what it is called")
      ->type_name("NAME")
      ->required();
  node.add_option("--connect", options.address,
                  "address of the coordinator, or of a tunnel to it")
      ->type_name("ADDRESS")
      ->capture_default_str();
  node.add_option("--port", options.port, "its TCP port")
      ->type_name("PORT")
      ->required();
  node.add_option("--folder", options.folder, "folder for files")
      ->type_name("DIR")
      ->capture_default_str();
  node.add_option("-I,--interface", options.interface,
                  "network interface for the files")
      ->type_name("NAME");
  node.add_flag("--loopback", options.loopback,
                "other nodes are on this host, too");
}

} // namespace troupe::tool
