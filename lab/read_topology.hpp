// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/session_file.hpp"
#include "lab/topology.hpp"

#include <filesystem>

namespace troupe::lab {

/// The topology, or everything that is wrong with it.
struct topology_result {
  std::optional<topology> lab; ///< only without complaints
  std::vector<config::complaint> complaints;
};

/// Reads a topology of at most 1 MiB. Strict: each key that is unknown, each
/// value of another kind or out of bounds, and each name that nothing stands
/// behind is a complaint with line and column. Blocks on the disk.
topology_result read_topology(const std::filesystem::path& path);

/// The same of a text; `name` is for the messages.
topology_result read_topology_text(std::string_view text,
                                   const std::string& name);

} // namespace troupe::lab
