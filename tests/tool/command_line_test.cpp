// SPDX-License-Identifier: BSD-3-Clause
#include "tool/command_line.hpp"

#include "tool/command_walk.hpp"
#include "tool/completion.hpp"

#include "tests/support/catch.hpp"

#include <fstream>
#include <set>
#include <sstream>

using namespace troupe::tool;

namespace {

/// All words that look like options; "-art" stands for -a, -r and -t.
std::set<std::string> options_in(const std::string& text) {
  std::set<std::string> result;
  std::string word;
  for (const char c : text + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-') {
      word += c;
      continue;
    }
    if (word.starts_with("--"))
      result.insert(word);
    else if (word.starts_with("-"))
      for (const char letter : word.substr(1))
        result.insert(std::string{"-"} + letter);
    word.clear();
  }
  return result;
}

/// A page of the manual without its fonts.
std::string manual() {
  std::ifstream file{TROUPE_MANUAL};
  std::stringstream page;
  page << file.rdbuf();
  std::string result;
  const auto text = page.str();
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text.compare(i, 2, "\\f") == 0)
      i += 2;
    else if (text[i] != '\\' && text[i] != '"')
      result += text[i];
  return result;
}

std::string between(const std::string& text, const std::string& from,
                    const std::string& to) {
  const auto begin = text.find(from);
  if (begin == text.npos)
    return {};
  return text.substr(begin, text.find(to, begin + from.size()) - begin);
}

/// What the synopsis says of a command.
std::string synopsis_of(const std::string& page, const known_command& command) {
  auto all = between(page, ".SH SYNOPSIS", ".SH DESCRIPTION");
  all += "\n.br\n";
  auto begin = ".B troupe" + (command.path.empty() ? "" : " " + command.name());
  return between(all, begin + "\n", "\n.br\n");
}

std::string name_of(const known_option& option) {
  return option.names.back();
}

struct fixture {
  command_line line{"version"};
  known_command program = walk(line.app);
};

} // namespace

TEST_CASE_METHOD(fixture, "the walk sees commands, options and choices") {
  std::set<std::string> names;
  for (const auto* command : all_of(program))
    names.insert(command->name());
  for (const auto* name : {"", "share", "sync", "doctor", "key", "key new"})
    CHECK(names.contains(name));
  const auto& share = program.commands.front();
  REQUIRE(share.name() == "share");
  const auto wire = std::find_if(
      share.options.begin(), share.options.end(),
      [](const known_option& one) { return name_of(one) == "--wire"; });
  REQUIRE(wire != share.options.end());
  CHECK(wire->choices ==
        std::vector<std::string>{"auto", "range", "classic"});
  // In a group of its own, yet an option like others.
  CHECK(std::any_of(share.options.begin(), share.options.end(),
                    [](const known_option& one) {
                      return name_of(one) == "--keyfile" &&
                             one.takes == known_option::value::file;
                    }));
}

TEST_CASE_METHOD(fixture, "no option has two meanings or two entries") {
  for (const auto* command : all_of(program)) {
    std::set<std::string> seen;
    for (const auto& option : command->options)
      for (const auto& name : option.names) {
        INFO(command->name() << " " << name);
        CHECK(seen.insert(name).second);
      }
  }
  // A letter means the same wherever it is.
  std::map<std::string, std::string> meaning;
  for (const auto* command : all_of(program))
    for (const auto& option : command->options)
      if (option.names.size() == 2) {
        const auto& known =
            meaning.emplace(option.names.front(), option.names.back());
        INFO(command->name() << " " << option.names.front());
        CHECK(known.first->second == option.names.back());
      }
}

TEST_CASE_METHOD(fixture, "every option is in the help, and says what it does") {
  for (const auto* command : all_of(program)) {
    const CLI::App* app = &line.app;
    for (const auto& part : command->path)
      app = app->get_subcommand(part);
    const auto help = options_in(app->help());
    for (const auto& option : command->options) {
      INFO(command->name() << " " << name_of(option));
      CHECK(!option.description.empty());
      for (const auto& name : option.names)
        CHECK((option.is_argument || help.contains(name)));
    }
  }
}

TEST_CASE_METHOD(fixture, "the manual has every command and every option") {
  const auto page = manual();
  REQUIRE(page.size() > 1000);
  const auto text = options_in(between(page, ".SH DESCRIPTION", ".SH OUTPUT"));
  std::set<std::string> everywhere;
  for (const auto* command : all_of(program)) {
    if (!command->commands.empty() && !command->path.empty())
      continue; // only what is below it can be run
    INFO("troupe " << command->name());
    const auto synopsis = synopsis_of(page, *command);
    REQUIRE(!synopsis.empty());
    const auto shown = options_in(synopsis);
    std::set<std::string> all;
    for (const auto& option : command->options) {
      INFO(name_of(option));
      if (option.is_argument) {
        CHECK(synopsis.find(option.names.front()) != synopsis.npos);
        continue;
      }
      all.insert(option.names.begin(), option.names.end());
      for (const auto& name : option.names)
        CHECK(text.contains(name));
      if (name_of(option) != "--help")
        CHECK(std::any_of(option.names.begin(), option.names.end(),
                          [&](const auto& name) { return shown.contains(name); }));
    }
    for (const auto& name : shown) {
      INFO("the synopsis has " << name);
      CHECK(all.contains(name));
    }
    everywhere.insert(all.begin(), all.end());
  }
  // Nothing that is not there any more.
  for (const auto& name : options_in(between(page, ".SH OPTIONS", ".SH OUTPUT"))) {
    INFO("the manual has " << name);
    CHECK((everywhere.contains(name) || name.size() == 2));
  }
}

TEST_CASE_METHOD(fixture, "every option is in the completions of its command") {
  const auto bash = completion_for(line.app, "bash");
  const auto zsh = completion_for(line.app, "zsh");
  const auto fish = completion_for(line.app, "fish");
  for (const auto* command : all_of(program)) {
    INFO("troupe " << command->name());
    const auto words =
        options_in(between(bash, "\"" + command->name() + "\") words=", "\n"));
    auto function = "\n_troupe";
    std::string in_zsh = function;
    std::string in_fish;
    for (const auto& part : command->path) {
      in_zsh += "_" + part;
      in_fish += "__fish_seen_subcommand_from " + part + "; and ";
    }
    const auto of_zsh = between(zsh, in_zsh + "() {", "\n}");
    REQUIRE(!words.empty());
    REQUIRE(!of_zsh.empty());
    for (const auto& option : command->options) {
      if (option.is_argument)
        continue;
      for (const auto& name : option.names) {
        INFO(name);
        CHECK(words.contains(name));
        CHECK(of_zsh.find(")" + name + "[") != of_zsh.npos);
      }
      // The condition, and in the same line the option.
      std::istringstream lines{fish};
      const auto as_fish =
          name_of(option).starts_with("--") ? " -l " + name_of(option).substr(2) + " "
                                            : " -s " + name_of(option).substr(1) + " ";
      bool is_there = false;
      for (std::string each; std::getline(lines, each);) {
        const auto end = each.find('\'', each.find('\'') + 1);
        if (end == each.npos)
          continue;
        auto condition = each.substr(0, end) + "; and ";
        bool fits = each.find(as_fish) != each.npos;
        for (const auto& part : command->path)
          fits = fits && condition.find("from " + part + ";") != condition.npos;
        is_there = is_there || fits;
      }
      INFO(name_of(option) << " in fish");
      CHECK(is_there);
    }
  }
  CHECK(completion_for(line.app, "tcsh").empty());
}
