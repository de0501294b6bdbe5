// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tool/commands.hpp"
#include "tool/doctor/command.hpp"
#include "tool/lab_command.hpp"
#include "tool/relay_command.hpp"
#include "tool/run/command.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace troupe::tool {

/// Paths that `troupe key` is given.
struct key_arguments {
  std::string fresh;
  std::string shown;
  std::string old_key;
  std::string new_key;
};

/// The whole command line: every command with its options, and where their
/// values go. Help, completions and the test that compares the manual with them
/// walk `app`, so that there is nothing else to keep in step. What a value is
/// stands in the option's type name: FILE, DIR, PATH and INTERFACE are
/// completed, as choices are.
struct command_line {
  /// `version` is what --version prints.
  explicit command_line(const std::string& version);
  command_line(const command_line&) = delete;
  command_line& operator=(const command_line&) = delete;

  CLI::App app;
  share_options share;
  sync_options sync;
  sync_options plan;
  sync_options list;
  sync_options check; ///< of `troupe verify`
  hash_options hash;
  doctor_options doctor;
  key_arguments keys;
  lab_options lab;
  node_options node;
  relay_command_options relay;
  run_options session; ///< of `troupe run`, `check`, `explain`, `status`, `top`
  std::string shell; ///< of `troupe completion`

private:
  void add_share();
  void add_sync();
  void add_plan();
  void add_list();
  void add_verify();
  void add_hash();
  void add_doctor();
  void add_key();
  void add_completion();
};

} // namespace troupe::tool
