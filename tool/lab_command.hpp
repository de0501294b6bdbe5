// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace troupe::tool {

/// What `troupe lab link` is given.
struct lab_link_options {
  std::string first; ///< NETNS:DEVICE, or a device of this namespace
  std::string second;
  double delay_ms = 0;
  double jitter_ms = 0;
  double reorder_pct = 0;
  double duplicate_pct = 0;
  double loss_pct = 0;
  double loss_back_pct = 0;
  double burst_frames = 1;
  std::uint64_t seed = 1;
};

/// What `troupe lab router` is given.
struct lab_router_options {
  std::string upstream;
  std::vector<std::string> downstream;
  bool no_joins = false;
};

/// What `troupe lab validate|up|run|report|down` is given.
struct lab_options {
  std::vector<std::string> files; ///< to validate
  std::string file;               ///< topology to build
  std::string folder;             ///< of the report; empty: none
  std::string name;               ///< of a topology that is up
  std::uint32_t rounds = 0;       ///< 0: as the topology says
  std::uint32_t agents = 0;       ///< 0: namespaces of this machine
  std::uint16_t port = 0;         ///< that agents come in by; 0: any
  lab_link_options link;
  lab_router_options router;
};

/// What `troupe node` is given.
struct node_options {
  std::string name;
  std::string address = "127.0.0.1"; ///< of the coordinator, or of a tunnel
  std::uint16_t port = 0;
  std::string folder = "troupe-node"; ///< its own
  std::string interface;              ///< of the files' way; empty: any
  bool loopback = false;
};

/// Adds the command to the program's; `options` must stay as long as `app`.
void add_lab(CLI::App& app, lab_options& options);

/// Adds `troupe node`; as above.
void add_node(CLI::App& app, node_options& options);

/// Runs it, given that `lab` was parsed; before any other thread is started.
/// Blocks until it is done. Returns the exit code.
int run_lab(const CLI::App& lab, const lab_options& options);

/// The same of `troupe node`. Blocks until the coordinator needs it no more.
int run_node(const node_options& options);

} // namespace troupe::tool
