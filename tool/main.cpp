// SPDX-License-Identifier: BSD-3-Clause
#include "tool/command_line.hpp"
#include "tool/completion.hpp"
#include "tool/exit_code.hpp"

#include <fmt/format.h>

namespace {

using namespace troupe;

std::string version_text() {
  auto text = std::string{"troupe " TROUPE_VERSION "\nhash types:"};
  const auto types = available_hash_types();
  for (const auto type : types)
    text += (type == types.front() ? " " : ", ") + std::string{to_string(type)};
  return text;
}

int run(const tool::command_line& line) {
  const auto is = [&line](const char* command) {
    return line.app.got_subcommand(command);
  };
  if (is("completion")) {
    fmt::print("{}", tool::completion_for(line.app, line.shell));
    return tool::exit_ok;
  }
  if (is("doctor"))
    return tool::run_doctor(line.doctor);
  if (is("lab"))
    return tool::run_lab(*line.app.get_subcommand("lab"), line.lab);
  if (is("node"))
    return tool::run_node(line.node);
  if (is("relay"))
    return tool::run_relay(line.relay);
  if (is("key")) {
    const auto& key = *line.app.get_subcommand("key");
    if (key.got_subcommand("new"))
      return tool::run_key_new(line.keys.fresh);
    if (key.got_subcommand("show"))
      return tool::run_key_show(line.keys.shown);
    return tool::run_key_rotate(line.keys.old_key, line.keys.new_key);
  }
  if (is("share"))
    return tool::run_share(line.share);
  if (is("run"))
    return tool::run_session(line.session);
  if (is("check"))
    return tool::run_check(line.session);
  if (is("explain"))
    return tool::run_explain(line.session);
  if (is("status"))
    return tool::run_status(line.session);
  if (is("top"))
    return tool::run_top(line.session);
  if (is("ls"))
    return tool::run_list(line.list);
  if (is("verify"))
    return tool::run_verify(line.check);
  if (is("hash"))
    return tool::run_hash(line.hash);
  const auto& sync = is("plan") ? line.plan : line.sync;
  return tool::is_local(sync.name) ? tool::run_local(sync)
                                   : tool::run_sync(sync);
}

} // namespace

int main(int argc, char** argv) {
  tool::command_line line{version_text()};
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    const auto code = line.app.exit(problem);
    return code == 0 ? tool::exit_ok : tool::exit_usage;
  }
  return run(line);
}
