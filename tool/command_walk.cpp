// SPDX-License-Identifier: BSD-3-Clause
#include "tool/command_walk.hpp"

#include <sstream>

namespace troupe::tool {

namespace {

using value = known_option::value;

/// The choices of a type name such as "TEXT:{auto,range,classic}".
std::vector<std::string> choices_in(const std::string& type) {
  std::vector<std::string> result;
  const auto begin = type.find('{');
  const auto end = type.rfind('}');
  if (begin == type.npos || end == type.npos || end < begin)
    return result;
  std::istringstream list{type.substr(begin + 1, end - begin - 1)};
  for (std::string one; std::getline(list, one, ',');)
    result.push_back(one);
  return result;
}

known_option read(const CLI::Option& option) {
  known_option result;
  result.description = option.get_description();
  for (const auto& name : option.get_snames())
    result.names.push_back("-" + name);
  for (const auto& name : option.get_lnames())
    result.names.push_back("--" + name);
  if (result.names.empty()) {
    result.is_argument = true;
    result.names.push_back(option.get_name());
  }
  if (option.get_items_expected_max() == 0)
    return result;
  const auto type = option.get_type_name();
  result.choices = choices_in(type);
  result.takes = !result.choices.empty()            ? value::choice
                 : type == "DIR"                    ? value::folder
                 : type == "INTERFACE"              ? value::interface
                 : type == "FILE" || type == "PATH" ? value::file
                 : result.is_argument               ? value::file
                                                    : value::other;
  return result;
}

void read(const CLI::App& app, known_command& into) {
  const bool is_group = app.get_name().empty() && app.get_parent() != nullptr;
  for (const auto* option : app.get_options({}))
    if (!option->get_group().empty() &&
        !(is_group && option == app.get_help_ptr())) // the command has its own
      into.options.push_back(read(*option));
  for (const auto* below : app.get_subcommands({})) {
    if (below->get_name().empty()) { // a group of options
      read(*below, into);
      continue;
    }
    known_command command;
    command.path = into.path;
    command.path.push_back(below->get_name());
    command.description = below->get_description();
    read(*below, command);
    into.commands.push_back(std::move(command));
  }
}

} // namespace

std::string known_command::name() const {
  std::string result;
  for (const auto& part : path)
    result += (result.empty() ? "" : " ") + part;
  return result;
}

known_command walk(const CLI::App& app) {
  known_command result;
  result.description = app.get_description();
  read(app, result);
  return result;
}

std::vector<const known_command*> all_of(const known_command& command) {
  std::vector<const known_command*> result{&command};
  for (const auto& below : command.commands)
    for (const auto* each : all_of(below))
      result.push_back(each);
  return result;
}

} // namespace troupe::tool
