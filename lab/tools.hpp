// SPDX-License-Identifier: BSD-3-Clause
// The programs that carry a file, with the options that suit them best.
#pragma once

#include "lab/topology.hpp"

#include <filesystem>

namespace troupe::lab {

/// One transfer for one tool.
struct job {
  struct receiver {
    std::string host;
    std::string ip6;
    std::size_t number = 0; ///< of the host, from 1
    std::filesystem::path folder; ///< there, the copy gets the source's name
  };
  std::filesystem::path source;
  bool is_folder = false;
  std::string from; ///< host
  std::string from_ip6;
  std::vector<receiver> to;
  std::filesystem::path scratch; ///< for files that a tool needs
  std::uint64_t deadline_ms = 0;
  std::vector<std::string> share_options;
  std::vector<std::string> sync_options;
};

/// When a program that is started early can be relied on.
struct readiness {
  enum class kind { at_once, says_ready, is_bound };
  kind how = kind::at_once;
  std::string table; ///< is_bound: file of /proc/net, such as "tcp6"
  std::uint16_t port = 0;
};

struct program {
  std::string host;
  std::vector<std::string> words{};
  readiness ready{};
  bool ends = true; ///< by itself; the others are stopped when all is done
  bool is_early = false; ///< started, and ready, before the clock runs
};

/// The sharer's program and one for each receiver, in the order of the job.
/// What is early is started in the order sharer, receivers.
struct programs {
  program sharer;
  std::vector<program> receivers;
  /// Whether a receiver is through when its own program ends, or, with
  /// programs that stay, when the sharer's does.
  bool receivers_end = true;
};

/// The commands; writes what they read into `what.scratch`.
programs programs_of(tool by, const job& what);

/// Why the tool cannot be run on this machine; empty if it can.
std::string missing(tool by);

/// What the tool says of its version, in a line; empty if it is missing.
std::string version_of(tool by);

/// This program, for `troupe` in hosts.
std::string own_program();

} // namespace troupe::lab
