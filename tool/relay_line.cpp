// SPDX-License-Identifier: BSD-3-Clause
#include "tool/relay_command.hpp"

#include <CLI/CLI.hpp>

namespace troupe::tool {

void add_relay(CLI::App& app, relay_command_options& options) {
  auto& relay = *app.add_subcommand(
      "relay", "tell a sharer on another link what the hosts of this one ask"
               " for, until interrupted");
  relay
      .add_option("-I,--interface", options.interface,
                  "network interface of the link")
      ->type_name("NAME")
      ->required();
  relay
      .add_option("--connect", options.address,
                  "address of the sharer, or of a tunnel to it")
      ->type_name("ADDRESS")
      ->capture_default_str();
  relay.add_option("--port", options.port, "its TCP port for relays")
      ->type_name("PORT")
      ->required();
}

void add_hearing(CLI::App& share, hear_options& options) {
  auto& port = *share
                    .add_option("--relays", options.port,
                                "hear `troupe relay` of other links at this TCP"
                                " port")
                    ->type_name("PORT");
  share
      .add_option("--relays-at", options.address,
                  "address for that; anybody who reaches it can ask for what"
                  " is shared to be sent")
      ->type_name("ADDRESS")
      ->capture_default_str()
      ->needs(&port);
}

} // namespace troupe::tool
