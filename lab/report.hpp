// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

#include <filesystem>
#include <string>

namespace troupe::lab {

/// One HTML page with tables and plots, complete in itself: a browser loads
/// nothing from anywhere. Errors: invalid_argument for text that is not the
/// JSON of run_topology().
expected<std::string> make_page(const std::string& results);

/// A line for each receiver of each run, with a line of names above.
/// Errors: as above.
expected<std::string> make_csv(const std::string& results);

/// The runs whose expectations did not come true; 0 also for other text.
std::size_t count_missed(const std::string& results);

/// Writes report.json, report.csv and report.html into the folder, which is
/// made if need be. Errors: as above, and those of the disk. Blocks.
error write_report(const std::filesystem::path& folder,
                   const std::string& results);

/// Writes report.csv and report.html anew from the folder's report.json.
error write_report_again(const std::filesystem::path& folder);

} // namespace troupe::lab
