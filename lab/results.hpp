// SPDX-License-Identifier: BSD-3-Clause
// What was measured, as JSON.
#pragma once

#include "lab/transfer.hpp"

#include <nlohmann/json.hpp>

namespace troupe::lab {

/// One run. `missed` are the expectations that did not come true.
nlohmann::json json_of(const run& which, const run_figures& figures,
                       std::uint64_t file_bytes,
                       const std::vector<std::string>& missed);

/// Everything but the runs: what was asked for, when, on which machine, and
/// the versions of the tools or why they are missing. Runs programs.
nlohmann::json json_of_lab(const topology& all);

} // namespace troupe::lab
