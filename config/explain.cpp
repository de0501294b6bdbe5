// SPDX-License-Identifier: BSD-3-Clause
#include "config/explain.hpp"

#include <algorithm>

namespace troupe::config {

namespace {

constexpr std::size_t comment_column = 40;

std::string in_quotes(std::string_view text) {
  std::string result{'"'};
  constexpr auto digits = "0123456789abcdef";
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      (result += '\\') += c;
    else if (code < 0x20 || code == 0x7f)
      ((result += "\\u00") += digits[code >> 4]) += digits[code & 15];
    else
      result += c;
  }
  return result + '"';
}

std::string as_toml(const option& what, const option_value& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::string text{"["};
    for (const auto& word : *list)
      text += (text.size() == 1 ? "" : ", ") + in_quotes(word);
    return text + "]";
  }
  const auto text = write_value(what, value);
  return what.kind == value_kind::flag ? text : in_quotes(text);
}

std::string lines(const session_file& all, const entry& one) {
  std::string result;
  for (const auto& what : options()) {
    if (what.where != one.where)
      continue;
    const auto value = effective(all, one, what.key);
    if (!value)
      continue;
    auto line = std::string{what.key} + " = " + as_toml(what, value->value);
    line.resize(std::max(line.size() + 1, comment_column), ' ');
    result += line + "# " + to_string(value->from) + "\n";
  }
  return result;
}

} // namespace

std::string explain(const session_file& all) {
  auto result = lines(all, all.host);
  for (const auto& one : all.shares)
    result += "\n[[share]]\n" + lines(all, one);
  for (const auto& one : all.syncs)
    result += "\n[[sync]]\n" + lines(all, one);
  return result;
}

std::string manual(section where) {
  std::string result;
  for (const auto& what : options()) {
    if (what.where != where)
      continue;
    auto kind = std::string{describe(what.kind)};
    if (what.kind == value_kind::choice) {
      kind = "one of " + std::string{what.choices};
      for (auto at = kind.find(' ', 7); at != std::string::npos;
           at = kind.find(' ', at + 2))
        kind.insert(at, 1, ',');
    }
    result += ".TP\n.B " + std::string{what.key} + "\n" +
              std::string{what.why} + ".\nTakes " + kind + ".";
    if (what.is_required)
      result += "\nRequired.";
    if (!what.default_text.empty())
      result += "\nDefault: " + std::string{what.default_text} + ".";
    result += "\n";
  }
  return result;
}

} // namespace troupe::config
