// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lab/transfer.hpp"

namespace troupe::lab {

/// What of the topology's expectations did not come true in this run, in
/// sentences; empty if all did. `file_bytes` is what each receiver was to get.
std::vector<std::string> missed_expectations(const topology& all,
                                             const run& which,
                                             const run_figures& figures,
                                             std::uint64_t file_bytes);

} // namespace troupe::lab
