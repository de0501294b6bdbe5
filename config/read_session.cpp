// SPDX-License-Identifier: BSD-3-Clause
#include "config/read_session.hpp"

#include "config/suggestion.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace troupe::config {

namespace {

namespace fs = std::filesystem;

void add(std::vector<complaint>& complaints, const origin& at,
         std::string what) {
  auto& one = complaints.emplace_back();
  one.at = at;
  one.what = std::move(what);
}

/// A file as it is being read.
struct reader {
  std::string name; ///< of the file, for messages
  fs::path folder;  ///< relative paths are below it
  session_file& into;
  std::vector<complaint>& complaints;

  origin at(const toml::source_region& where) const {
    return {origin::kind::file, name, where.begin.line, where.begin.column};
  }
  void complain(const toml::source_region& where, std::string what) const {
    add(complaints, at(where), std::move(what));
  }

  void read(const toml::table& all) const;
  void read_entries(const toml::node& list, const toml::key& key,
                    section where) const;
  void read_entry(const toml::table& table, entry& one) const;
  void read_setting(const toml::key& key, const toml::node& node,
                    entry& one) const;
  std::optional<option_value> read_node(const option& what,
                                        const toml::node& node) const;
  void unknown_key(const toml::key& key, section where) const;
};

std::vector<std::string_view> keys_of(section where) {
  std::vector<std::string_view> keys;
  for (const auto& one : options())
    if (one.where == where)
      keys.push_back(one.key);
  if (where == section::host)
    keys.insert(keys.end(), {"share", "sync"});
  return keys;
}

std::string named(section where) {
  return where == section::host ? "a session"
                                : "a " + std::string{to_string(where)};
}

void reader::unknown_key(const toml::key& key, section where) const {
  const auto like = nearest(key.str(), keys_of(where));
  auto what = "'" + std::string{key.str()} + "' is no option of " + named(where);
  if (!like.empty())
    what += "; did you mean '" + std::string{like} + "'?";
  else
    what += "; 'man 5 troupe.toml' lists them";
  complain(key.source(), std::move(what));
}

std::optional<option_value> reader::read_node(const option& what,
                                              const toml::node& node) const {
  const auto expects = [&] {
    complain(node.source(), "'" + std::string{what.key} + "' takes " +
                                std::string{describe(what.kind)});
    return std::nullopt;
  };
  if (what.kind == value_kind::flag) {
    if (const auto yes = node.value_exact<bool>())
      return option_value{*yes};
    return expects();
  }
  if (what.kind == value_kind::words) {
    const auto* list = node.as_array();
    if (list == nullptr || list->empty())
      return expects();
    std::vector<std::string> words;
    for (const auto& one : *list) {
      const auto word = one.value_exact<std::string>();
      if (!word)
        return expects();
      words.push_back(*word);
    }
    return option_value{std::move(words)};
  }
  auto text = node.value_exact<std::string>();
  // A number without a unit is one, too: bits per second, seconds, bytes.
  const bool is_figure = what.kind == value_kind::rate ||
                         what.kind == value_kind::duration ||
                         what.kind == value_kind::size;
  if (const auto number = node.value_exact<std::int64_t>();
      number && is_figure && *number >= 0)
    text = std::to_string(*number);
  if (!text)
    return expects();
  auto value = read_value(what, *text);
  if (!value) {
    complain(node.source(), value.error().what);
    return std::nullopt;
  }
  if (what.kind == value_kind::path) {
    const auto whole = (folder / *text).lexically_normal();
    value = option_value{whole.string()};
  }
  return std::move(*value);
}

void reader::read_setting(const toml::key& key, const toml::node& node,
                          entry& one) const {
  const auto* what = find_option(one.where, key.str());
  if (what == nullptr)
    return unknown_key(key, one.where);
  if (auto value = read_node(*what, node))
    one.values[std::string{key.str()}] = {std::move(*value), at(key.source())};
}

void reader::read_entry(const toml::table& table, entry& one) const {
  for (const auto& [key, node] : table)
    read_setting(key, node, one);
}

/// What tells entries of one kind apart.
std::string_view identity_key(section where) {
  return where == section::share ? "path" : "dest";
}

void reader::read_entries(const toml::node& list, const toml::key& key,
                          section where) const {
  const auto* tables = list.as_array();
  const auto word = std::string{to_string(where)};
  if (tables == nullptr || !tables->is_array_of_tables())
    return complain(key.source(), "write [[" + word + "]], with two brackets:"
                                  " there can be several");
  auto& all = where == section::share ? into.shares : into.syncs;
  for (const auto& node : *tables) {
    entry one;
    one.where = where;
    one.at = at(node.source());
    read_entry(*node.as_table(), one);
    const auto* id = one.find(identity_key(where));
    const auto known =
        std::find_if(all.begin(), all.end(), [&](const entry& old) {
          const auto* other = old.find(identity_key(where));
          return id != nullptr && other != nullptr &&
                 other->value == id->value && old.at.where != name;
        });
    if (known == all.end()) {
      all.push_back(std::move(one));
      continue;
    }
    for (auto& [key_text, value] : one.values)
      known->values[key_text] = std::move(value);
  }
}

void reader::read(const toml::table& all) const {
  for (const auto& [key, node] : all) {
    if (key.str() == "share")
      read_entries(node, key, section::share);
    else if (key.str() == "sync")
      read_entries(node, key, section::sync);
    else
      read_setting(key, node, into.host);
  }
}

void read_text(std::string_view text, const std::string& name,
               const fs::path& folder, session_file& into,
               std::vector<complaint>& complaints) {
  const reader one{name, folder, into, complaints};
  try {
    one.read(toml::parse(text, name));
  } catch (const toml::parse_error& wrong) {
    one.complain(wrong.source(), std::string{wrong.description()});
  }
}

void read_one_file(const fs::path& path, session_file& into,
                   std::vector<complaint>& complaints) {
  const auto refuse = [&](std::string what) {
    add(complaints, {}, "'" + path.string() + "': " + std::move(what));
  };
  std::error_code trouble;
  const auto size = fs::file_size(path, trouble);
  if (trouble)
    return refuse(trouble.message());
  if (size > max_session_bytes)
    return refuse("larger than a session file can be (1 MiB)");
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in)
    return refuse("cannot be read");
  into.files.push_back(path);
  read_text(text, path.string(), fs::absolute(path).parent_path(), into,
            complaints);
}

void apply(const overrides& more, session_file& into,
           std::vector<complaint>& complaints) {
  const auto put = [&](std::string_view key, std::string_view text,
                       const origin& from) {
    const auto* what = find_option(section::host, key);
    if (what == nullptr)
      return add(complaints, from,
                 "'" + std::string{key} + "' is no option of a session");
    auto value = read_value(*what, text);
    if (!value)
      add(complaints, from, value.error().what);
    else
      into.host.values[std::string{key}] = {std::move(*value), from};
  };
  for (const auto& one : options()) {
    if (one.where != section::host || !more.environment)
      continue;
    auto name = "TROUPE_" + std::string{one.key};
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A')
             : c == '-'           ? '_'
                                  : c;
    });
    if (const char* text = more.environment(name.c_str()))
      put(one.key, text, {origin::kind::environment, name, 0, 0});
  }
  for (const auto& text : more.sets) {
    const auto equals = std::min(text.find('='), text.size());
    const auto value = equals == text.size() ? equals : equals + 1;
    put(std::string_view{text}.substr(0, equals),
        std::string_view{text}.substr(value),
        {origin::kind::command_line, {}, 0, 0});
  }
}

/// What a share is called on the network: the last part of its path.
std::string share_name_of(const setting& path) {
  auto text = std::get<std::string>(path.value);
  while (text.size() > 1 && text.back() == '/')
    text.pop_back();
  return fs::path{text}.filename().string();
}

/// What makes no sense together in a sync, or not there.
void check_sync(const entry& one, std::vector<complaint>& complaints) {
  const auto* in_place = one.find("inplace");
  const auto* partial = one.find("partial-dir");
  if (partial != nullptr && in_place != nullptr &&
      std::get<bool>(in_place->value))
    add(complaints, partial->from,
        "'partial-dir' and 'inplace' exclude each other");
  const auto* name = one.where == section::sync ? one.find("name") : nullptr;
  if (name == nullptr)
    return;
  const auto& text = std::get<std::string>(name->value);
  if (text.starts_with('/') || text.starts_with("./") ||
      text.starts_with("../") || text == "." || text == "..")
    add(complaints, name->from,
        "'" + text + "' is a path of this host, not the name of a share: give"
        " the last part of the path that is shared, or copy it with 'troupe"
        " sync' from a timer");
}

void check_whole(const session_file& all, std::vector<complaint>& complaints) {
  const auto check = [&](const std::vector<entry>& list, auto identity,
                         const char* clash) {
    std::set<std::string> seen;
    for (const auto& one : list) {
      for (const auto& what : options())
        if (what.where == one.where && what.is_required &&
            one.find(what.key) == nullptr)
          add(complaints, one.at,
              "this " + std::string{to_string(one.where)} + " says no '" +
                  std::string{what.key} + "'");
      const auto* id = one.find(identity_key(one.where));
      if (id != nullptr && !seen.insert(identity(*id)).second)
        add(complaints, id->from, clash);
      if (one.find("keyfile") != nullptr &&
          one.find("password-file") != nullptr)
        add(complaints, one.find("password-file")->from,
            "'keyfile' and 'password-file' exclude each other");
      check_sync(one, complaints);
    }
  };
  check(all.shares, share_name_of,
        "another share of this session has the same name, the last part of"
        " its path");
  check(
      all.syncs,
      [](const setting& dest) { return std::get<std::string>(dest.value); },
      "another sync of this session has the same destination");
  if (complaints.empty() && all.shares.empty() && all.syncs.empty())
    add(complaints, {}, "nothing to do: give a [[share]] or a [[sync]]");
}

session_result finish(session_file&& session,
                      std::vector<complaint>&& complaints) {
  // With a syntax error or unknown keys, what is missing says nothing.
  if (complaints.empty())
    check_whole(session, complaints);
  session_result result;
  if (complaints.empty())
    result.session = std::move(session);
  result.complaints = std::move(complaints);
  return result;
}

} // namespace

session_result read_session(const fs::path& path, const overrides& more) {
  session_file session;
  std::vector<complaint> complaints;
  read_one_file(path, session, complaints);
  auto folder = path;
  folder.replace_extension(".d");
  std::error_code none;
  std::vector<fs::path> drop_ins;
  for (fs::directory_iterator each{folder, none}, end; !none && each != end;
       each.increment(none))
    if (each->path().extension() == ".toml")
      drop_ins.push_back(each->path());
  std::sort(drop_ins.begin(), drop_ins.end());
  for (const auto& each : drop_ins)
    read_one_file(each, session, complaints);
  apply(more, session, complaints);
  return finish(std::move(session), std::move(complaints));
}

session_result read_session_text(std::string_view text,
                                 const std::string& name,
                                 const overrides& more) {
  session_file session;
  std::vector<complaint> complaints;
  read_text(text, name, fs::path{"/"}, session, complaints);
  apply(more, session, complaints);
  return finish(std::move(session), std::move(complaints));
}

} // namespace troupe::config
