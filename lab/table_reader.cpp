// SPDX-License-Identifier: BSD-3-Clause
#include "lab/table_reader.hpp"

#include "config/suggestion.hpp"
#include "config/units.hpp"

#include <algorithm>

namespace troupe::lab {

namespace {

/// As people write it: without zeros behind the point.
std::string shown(double number) {
  auto text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.')
    text.pop_back();
  return text;
}

std::optional<double> number_of(const toml::node& node) {
  if (const auto whole = node.value_exact<std::int64_t>())
    return static_cast<double>(*whole);
  return node.value_exact<double>();
}

} // namespace

void complaint_list::add(const toml::source_region& where, std::string what) {
  auto& one = all.emplace_back();
  one.at = {config::origin::kind::file, file, where.begin.line,
            where.begin.column};
  one.what = std::move(what);
}

std::string suggest(std::string_view text,
                    const std::vector<std::string>& words) {
  const std::vector<std::string_view> views{words.begin(), words.end()};
  const auto like = config::nearest(text, views);
  return like.empty() ? "" : "; did you mean '" + std::string{like} + "'?";
}

const toml::node* table_reader::take(std::string_view key) {
  known_.emplace_back(key);
  return table_.get(key);
}

bool table_reader::has(std::string_view key) const {
  return table_.contains(key);
}

void table_reader::complain(std::string_view key, std::string what) {
  const auto* node = table_.get(key);
  complaints_.add(node != nullptr ? node->source() : table_.source(),
                  std::move(what));
}

void table_reader::text(std::string_view key, std::string& into) {
  const auto* node = take(key);
  if (node == nullptr)
    return;
  if (auto value = node->value_exact<std::string>())
    into = std::move(*value);
  else
    complain(key, "'" + std::string{key} + "' takes text in quotes");
}

void table_reader::flag(std::string_view key, bool& into) {
  const auto* node = take(key);
  if (node == nullptr)
    return;
  if (const auto value = node->value_exact<bool>())
    into = *value;
  else
    complain(key, "'" + std::string{key} + "' takes true or false");
}

void table_reader::count(std::string_view key, std::uint64_t& into,
                         std::uint64_t least, std::uint64_t most) {
  const auto* node = take(key);
  if (node == nullptr)
    return;
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= 0 && static_cast<std::uint64_t>(*value) >= least &&
      static_cast<std::uint64_t>(*value) <= most)
    into = static_cast<std::uint64_t>(*value);
  else
    complain(key, "'" + std::string{key} + "' takes a number from " +
                      std::to_string(least) + " to " + std::to_string(most));
}

void table_reader::count(std::string_view key, std::uint32_t& into,
                         std::uint32_t least, std::uint32_t most) {
  std::uint64_t wide = into;
  count(key, wide, std::uint64_t{least}, std::uint64_t{most});
  into = static_cast<std::uint32_t>(wide);
}

void table_reader::number(std::string_view key, double& into, double least,
                          double most) {
  const auto* node = take(key);
  if (node == nullptr)
    return;
  const auto value = number_of(*node);
  if (value && *value >= least && *value <= most)
    into = *value;
  else
    complain(key, "'" + std::string{key} + "' takes a number from " +
                      shown(least) + " to " + shown(most));
}

void table_reader::with_unit(
    std::string_view key, std::uint64_t& into,
    std::optional<std::uint64_t> (*parse)(std::string_view),
    const char* expects) {
  const auto* node = take(key);
  if (node == nullptr)
    return;
  auto text = node->value_exact<std::string>();
  if (const auto whole = node->value_exact<std::int64_t>();
      whole && *whole >= 0)
    text = std::to_string(*whole);
  const auto value = text ? parse(*text) : std::nullopt;
  if (value)
    into = *value;
  else
    complain(key, "'" + std::string{key} + "' takes " + expects);
}

void table_reader::size_bytes(std::string_view key, std::uint64_t& into) {
  with_unit(
      key, into, [](std::string_view t) { return config::parse_size_bytes(t); },
      "bytes, such as 65536 or \"64m\"");
}

void table_reader::rate(std::string_view key, std::uint64_t& into) {
  with_unit(
      key, into, [](std::string_view t) { return config::parse_bits_per_s(t); },
      "bits per second, such as \"100m\" or \"1g\"");
}

void table_reader::duration_ms(std::string_view key, std::uint64_t& into) {
  with_unit(
      key, into,
      [](std::string_view t) { return config::parse_duration_ms(t); },
      "a time, such as \"20ms\" or \"2s\"");
}

void table_reader::texts(std::string_view key, std::vector<std::string>& into) {
  const auto* node = take(key);
  if (node == nullptr)
    return;
  const auto expects = [&] {
    complain(key, "'" + std::string{key} + "' takes a list of texts in quotes");
  };
  std::vector<std::string> found;
  if (auto one = node->value_exact<std::string>()) {
    found.push_back(std::move(*one));
  } else {
    const auto* list = node->as_array();
    if (list == nullptr)
      return expects();
    for (const auto& each : *list) {
      auto word = each.value_exact<std::string>();
      if (!word)
        return expects();
      found.push_back(std::move(*word));
    }
  }
  into = std::move(found);
}

void table_reader::numbers(std::string_view key, std::vector<double>& into,
                           double least, double most) {
  const auto* node = take(key);
  if (node == nullptr)
    return;
  const auto expects = [&] {
    complain(key, "'" + std::string{key} + "' takes a list of numbers from " +
                      shown(least) + " to " + shown(most));
  };
  const auto* list = node->as_array();
  if (list == nullptr || list->empty())
    return expects();
  std::vector<double> found;
  for (const auto& each : *list) {
    const auto value = number_of(each);
    if (!value || *value < least || *value > most)
      return expects();
    found.push_back(*value);
  }
  into = std::move(found);
}

void table_reader::tables(std::string_view key, const std::string& each,
                          const std::function<void(table_reader&)>& read) {
  const auto* node = take(key);
  if (node == nullptr)
    return;
  const auto* list = node->as_array();
  if (list == nullptr || !list->is_array_of_tables())
    return complain(key, "write [[" + std::string{key} +
                             "]], with two brackets: there can be several");
  for (const auto& one : *list) {
    table_reader inner{*one.as_table(), each, complaints_};
    read(inner);
    inner.finish();
  }
}

void table_reader::table(std::string_view key, const std::string& called,
                         const std::function<void(table_reader&)>& read) {
  const auto* node = take(key);
  if (node == nullptr)
    return;
  const auto* inner_table = node->as_table();
  if (inner_table == nullptr)
    return complain(key, "write [" + std::string{key} + "]: there is one only");
  table_reader inner{*inner_table, called, complaints_};
  read(inner);
  inner.finish();
}

void table_reader::finish() {
  for (const auto& [key, node] : table_) {
    const std::string name{key.str()};
    if (std::find(known_.begin(), known_.end(), name) == known_.end())
      complaints_.add(key.source(), "'" + name + "' is no key of " + what_ +
                                        suggest(name, known_));
  }
}

} // namespace troupe::lab
