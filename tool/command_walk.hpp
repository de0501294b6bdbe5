// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace troupe::tool {

/// An option or a positional argument as the outside sees it.
struct known_option {
  /// What its value is, hence how it is completed.
  enum class value { none, choice, file, folder, interface, other };

  std::vector<std::string> names; ///< "-q", "--quiet"; of an argument: "PATH"
  std::string description;
  value takes = value::none;
  std::vector<std::string> choices;
  bool is_argument = false;
};

/// A command, with its path of names: {} is the program, {"key", "new"}.
struct known_command {
  std::vector<std::string> path;
  std::string description;
  std::vector<known_option> options; ///< arguments, too
  std::vector<known_command> commands;

  /// "key new"
  std::string name() const;
};

/// Everything below `app`, options of groups as if they were its own.
known_command walk(const CLI::App& app);

/// `command` and all commands below it, in that order.
std::vector<const known_command*> all_of(const known_command& command);

} // namespace troupe::tool
