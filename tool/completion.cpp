// SPDX-License-Identifier: BSD-3-Clause
#include "tool/completion.hpp"

#include "tool/command_walk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace troupe::tool {

namespace {

using value = known_option::value;

/// In single quotes, as all three shells read them; a quote becomes a
/// typographic one, which none of them knows.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text)
    result += c == '\'' ? "\u2019" : std::string{c};
  return result + "'";
}

std::string joined(const std::vector<std::string>& words,
                   const std::string& between) {
  std::string result;
  for (const auto& word : words)
    result += (result.empty() ? "" : between) + word;
  return result;
}

bool takes_arguments(const known_command& command) {
  return std::any_of(command.options.begin(), command.options.end(),
                     [](const known_option& one) { return one.is_argument; });
}

std::vector<std::string> argument_choices(const known_command& command) {
  for (const auto& one : command.options)
    if (one.is_argument && one.takes == value::choice)
      return one.choices;
  return {};
}

// -- bash ---------------------------------------------------------------------

std::string bash_values(const known_option& option) {
  switch (option.takes) {
  case value::choice:
    return fmt::format("mapfile -t COMPREPLY < <(compgen -W {} -- \"$cur\")",
                       quoted(joined(option.choices, " ")));
  case value::file:
    return "_troupe_paths -f";
  case value::folder:
    return "_troupe_paths -d";
  case value::interface:
    return "mapfile -t COMPREPLY <"
           " <(cd /sys/class/net && compgen -G \"$cur*\")";
  default:
    return "COMPREPLY=()"; // nothing is known of it
  }
}

std::string for_bash(const known_command& program) {
  std::string steps, values, words;
  for (const auto* command : all_of(program)) {
    const auto name = command->name();
    std::vector<std::string> all;
    if (!command->path.empty()) {
      auto parent = command->path;
      parent.pop_back();
      steps += fmt::format("{}\"{} {}\"", steps.empty() ? "" : "|",
                           joined(parent, " "), command->path.back());
    }
    for (const auto& below : command->commands)
      all.push_back(below.path.back());
    for (const auto& option : command->options) {
      if (option.is_argument)
        continue;
      all.insert(all.end(), option.names.begin(), option.names.end());
      if (option.takes == value::none)
        continue;
      std::string cases;
      for (const auto& each : option.names)
        cases += fmt::format("{}\"{} {}\"", cases.empty() ? "" : "|", name, each);
      values += fmt::format("    {}) {}; return;;\n", cases, bash_values(option));
    }
    const auto choices = argument_choices(*command);
    all.insert(all.end(), choices.begin(), choices.end());
    words += fmt::format("    \"{}\") words={} files={};;\n", name,
                         quoted(joined(all, " ")),
                         takes_arguments(*command) && choices.empty() ? "yes"
                                                                      : "");
  }
  return "# bash completion for troupe, made by `troupe completion bash`\n"
         "_troupe_paths() {\n"
         "  compopt -o filenames 2>/dev/null\n"
         "  mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n"
         "}\n"
         "_troupe() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local command='' words='' files='' i\n"
         "  # --option=value comes as three words\n"
         "  [[ $cur == = ]] && cur='' || { [[ $prev == = ]] &&\n"
         "    prev=${COMP_WORDS[COMP_CWORD-2]}; }\n"
         "  for (( i = 1; i < COMP_CWORD; ++i )); do\n"
         "    case \"$command ${COMP_WORDS[i]}\" in\n"
         "    " + steps + ")\n"
         "      command=${command:+$command }${COMP_WORDS[i]};;\n"
         "    esac\n"
         "  done\n"
         "  case \"$command $prev\" in\n" + values +
         "  esac\n"
         "  case $command in\n" + words +
         "  esac\n"
         "  if [[ -n $files && $cur != -* ]]; then\n"
         "    _troupe_paths -f\n"
         "  else\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
         "  fi\n"
         "}\n"
         "complete -F _troupe troupe\n";
}

// -- zsh ----------------------------------------------------------------------

/// What stands between brackets, or before a colon.
std::string zsh_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\')
      result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_action(const known_option& option) {
  switch (option.takes) {
  case value::choice:
    return "(" + joined(option.choices, " ") + ")";
  case value::file:
    return "_files";
  case value::folder:
    return "_files -/";
  case value::interface:
    return "_net_interfaces";
  default:
    return " ";
  }
}

std::string zsh_function(const known_command& command) {
  return "_troupe" + (command.path.empty() ? "" : "_" + joined(command.path, "_"));
}

std::string zsh_option(const known_option& option) {
  if (option.is_argument)
    return "    " + quoted("*:" + option.names.front() + ":" +
                           zsh_action(option)) + " \\\n";
  const auto tail =
      "[" + zsh_text(option.description) + "]" +
      (option.takes == value::none ? "" : ":value:" + zsh_action(option));
  std::string result;
  for (const auto& name : option.names)
    result += "    " + quoted("(" + joined(option.names, " ") + ")" + name +
                              tail) + " \\\n";
  return result;
}

std::string for_zsh(const known_command& program) {
  std::string result =
      "#compdef troupe\n# zsh completion, made by `troupe completion zsh`\n";
  for (const auto* command : all_of(program)) {
    result += "\n" + zsh_function(*command) + "() {\n";
    if (!command->commands.empty())
      result += "  local context state line\n  local -A opt_args\n";
    result += "  _arguments -s -S -C \\\n";
    bool has_argument = false; // one pattern stands for all of them
    for (const auto& option : command->options)
      if (!option.is_argument || !std::exchange(has_argument, true))
        result += zsh_option(option);
    if (command->commands.empty()) {
      result += "    && return\n}\n";
      continue;
    }
    result += "    '1:command:->command' '*::argument:->argument' && return\n"
              "  case $state in\n"
              "  command)\n"
              "    local -a commands=(\n";
    std::string calls;
    for (const auto& below : command->commands) {
      result += "      " + quoted(below.path.back() + ":" +
                                  zsh_text(below.description)) + "\n";
      calls += "    " + below.path.back() + ") " + zsh_function(below) + ";;\n";
    }
    result += "    )\n    _describe command commands;;\n"
              "  argument)\n    case $line[1] in\n" + calls +
              "    esac;;\n  esac\n}\n";
  }
  // Autoloaded, the file is the function's body; sourced, it defines it.
  return result + "\nif [[ $funcstack[1] == _troupe ]]; then\n"
                  "  _troupe \"$@\"\nelse\n  compdef _troupe troupe\nfi\n";
}

// -- fish ---------------------------------------------------------------------

/// The condition that `command` was given, and none below it yet.
std::string fish_condition(const known_command& command) {
  std::string result;
  for (const auto& part : command.path)
    result += fmt::format("{}__fish_seen_subcommand_from {}",
                          result.empty() ? "" : "; and ", part);
  std::string below;
  for (const auto& each : command.commands)
    below += " " + each.path.back();
  if (!below.empty())
    result += fmt::format("{}not __fish_seen_subcommand_from{}",
                          result.empty() ? "" : "; and ", below);
  return result;
}

std::string fish_value(const known_option& option) {
  switch (option.takes) {
  case value::none:
    return "";
  case value::choice:
    return " -x -a " + quoted(joined(option.choices, " "));
  case value::file:
    return " -r -F";
  case value::folder:
    return " -x -a '(__fish_complete_directories)'";
  case value::interface:
    return " -x -a '(__fish_print_interfaces)'";
  default:
    return " -x";
  }
}

std::string for_fish(const known_command& program) {
  std::string result = "# fish completion, made by `troupe completion fish`\n"
                       "complete -c troupe -f\n";
  for (const auto* command : all_of(program)) {
    const auto begin =
        "complete -c troupe -n " + quoted(fish_condition(*command));
    for (const auto& below : command->commands)
      result += begin + " -a " + below.path.back() + " -d " +
                quoted(below.description) + "\n";
    bool has_argument = false;
    for (const auto& option : command->options) {
      if (option.is_argument) {
        if (!std::exchange(has_argument, true))
          result += begin + (option.takes == value::choice ? fish_value(option)
                                                           : " -F") + "\n";
        continue;
      }
      result += begin;
      for (const auto& name : option.names)
        result += name.starts_with("--") ? " -l " + name.substr(2)
                                         : " -s " + name.substr(1);
      result += fish_value(option) + " -d " + quoted(option.description) + "\n";
    }
  }
  return result;
}

} // namespace

std::string completion_for(const CLI::App& app, const std::string& shell) {
  const auto program = walk(app);
  if (shell == "bash")
    return for_bash(program);
  if (shell == "zsh")
    return for_zsh(program);
  return shell == "fish" ? for_fish(program) : std::string{};
}

} // namespace troupe::tool
