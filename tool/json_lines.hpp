// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/requests.hpp"
#include "tool/exit_code.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace troupe::tool {

/// What --json prints: one object a line, each with "type" and
/// "schema_version" (troupe(1), "JSON"). Fields are only ever added to a
/// version.
inline constexpr int json_schema_version = 1;

/// An object of that type, with nothing else in it yet.
nlohmann::ordered_json json_line(const std::string& type);

/// Prints it on standard output at once. Bytes that are no UTF-8, as names may
/// have, are replaced. Any thread.
void print_json(const nlohmann::ordered_json& line);

/// "no_sharer", a word for each cause, as stable as the exit codes.
std::string code_name(errc code);

nlohmann::ordered_json json_status(const sync_progress& progress,
                                   double bytes_per_s);
nlohmann::ordered_json json_change(const entry_change& change,
                                   const std::string& top);
nlohmann::ordered_json json_entry(const catalogue_entry& entry);

/// The last line, as far as every command has it: "ok", "exit_code", and after
/// a failure "error" and "code".
nlohmann::ordered_json json_summary(const std::string& command,
                                    const error& failure, int exit_code);
/// Adds what a sync did.
void add_figures(nlohmann::ordered_json& line, const sync_report& report);

/// Complains; with `is_json` the last line on standard output says the same.
/// Returns the exit code.
int fail(const std::string& command, const error& failure, bool is_json);

} // namespace troupe::tool
