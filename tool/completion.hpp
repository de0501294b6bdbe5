// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace troupe::tool {

/// A script for `shell` ("bash", "zsh" or "fish"; else nothing) that completes
/// the commands and options of `app`, a program of the name "troupe", and the
/// values that are known: choices, files and network interfaces.
std::string completion_for(const CLI::App& app, const std::string& shell);

} // namespace troupe::tool
