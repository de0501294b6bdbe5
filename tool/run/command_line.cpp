// SPDX-License-Identifier: BSD-3-Clause
#include "tool/run/command_line.hpp"

namespace troupe::tool {

namespace {

CLI::App& add(CLI::App& program, const char* name, const char* help,
              run_options& options) {
  auto& command = *program.add_subcommand(name, help);
  command
      .add_option("SESSION", options.file, "session file, see troupe.toml(5)")
      ->type_name("")
      ->required();
  command
      .add_option("--set", options.sets,
                  "value of the host that counts more than the file's; may be"
                  " repeated")
      ->type_name("KEY=VALUE")
      ->type_size(1)
      ->allow_extra_args(false);
  return command;
}

} // namespace

void add_run_commands(CLI::App& program, run_options& options) {
  auto& run = add(program, "run",
                  "share and sync what a session file says, until stopped",
                  options);
  run.add_flag("--json", options.json, "log in lines of JSON");
  run.add_flag("-q,--quiet", options.quiet, "log warnings and errors only");
  run.add_flag("-v,--verbose", options.verbose,
               "log also what found everything as it should be");
  auto& check = add(program, "check", "say what is wrong with a session file",
                    options);
  check.add_flag("-q,--quiet", options.quiet, "print what is wrong only");
  add(program, "explain",
      "print what counts in a session file, and where it comes from", options);
  auto& status = add(program, "status",
                     "print what a running session is doing", options);
  status.add_flag("--json", options.json, "print the status file as it is");
  add(program, "top", "show what a running session is doing, again each second",
      options);
}

} // namespace troupe::tool
