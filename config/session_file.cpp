// SPDX-License-Identifier: BSD-3-Clause
#include "config/session_file.hpp"

namespace troupe::config {

std::string to_string(const origin& from) {
  switch (from.from) {
  case origin::kind::file:
    return from.where + ":" + std::to_string(from.line) + ":" +
           std::to_string(from.column);
  case origin::kind::environment:
    return "the environment (" + from.where + ")";
  case origin::kind::command_line:
    return "the command line";
  case origin::kind::built_in:
    return "default";
  default:
    return "nowhere";
  }
}

const setting* entry::find(std::string_view key) const {
  const auto found = values.find(key);
  return found == values.end() ? nullptr : &found->second;
}

std::string complaint::message() const {
  return at.from == origin::kind::none ? what : to_string(at) + ": " + what;
}

std::optional<setting> effective(const session_file& all, const entry& one,
                                 std::string_view key) {
  if (const auto* own = one.find(key))
    return *own;
  const auto* what = find_option(one.where, key);
  if (what == nullptr)
    return std::nullopt;
  if (what->is_inherited)
    return effective(all, all.host, key);
  if (what->default_text.empty())
    return std::nullopt;
  auto value = read_value(*what, what->default_text);
  if (!value)
    return std::nullopt;
  return setting{std::move(*value), {origin::kind::built_in, {}, 0, 0}};
}

} // namespace troupe::config
