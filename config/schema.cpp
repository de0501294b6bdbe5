// SPDX-License-Identifier: BSD-3-Clause
#include "config/explain.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

namespace troupe::config {

namespace {

using json = nlohmann::ordered_json;

json figure(const char* pattern) {
  return {{"oneOf",
           {{{"type", "string"}, {"pattern", pattern}},
            {{"type", "integer"}, {"minimum", 0}}}}};
}

json type_of(const option& what) {
  switch (what.kind) {
  case value_kind::flag:
    return {{"type", "boolean"}};
  case value_kind::words:
    return {{"type", "array"},
            {"minItems", 1},
            {"items", {{"type", "string"}}}};
  case value_kind::choice: {
    std::istringstream words{std::string{what.choices}};
    json all = json::array();
    for (std::string word; words >> word;)
      all.push_back(word);
    return {{"enum", all}};
  }
  case value_kind::rate:
    return figure("^[0-9.]+[kmg]?$");
  case value_kind::duration:
    return figure("^[0-9.]+(ms|s|m|h|d)?$");
  case value_kind::size:
    return figure("^[0-9.]+[kmgtKMGT]?$");
  default:
    return {{"type", "string"}, {"minLength", 1}};
  }
}

json schema_of(section where) {
  json properties = json::object();
  json required = json::array();
  for (const auto& what : options()) {
    if (what.where != where)
      continue;
    auto one = type_of(what);
    one["description"] = what.why;
    if (!what.default_text.empty()) {
      if (what.kind == value_kind::flag)
        one["default"] = what.default_text == "true";
      else
        one["default"] = what.default_text;
    }
    properties[std::string{what.key}] = std::move(one);
    if (what.is_required)
      required.push_back(what.key);
  }
  json result{{"type", "object"},
              {"additionalProperties", false},
              {"properties", std::move(properties)}};
  if (!required.empty())
    result["required"] = std::move(required);
  return result;
}

} // namespace

std::string json_schema() {
  auto all = schema_of(section::host);
  json result{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "Troupe session"}};
  for (auto& [key, value] : all.items())
    result[key] = std::move(value);
  for (const auto where : {section::share, section::sync})
    result["properties"][std::string{to_string(where)}] = {
        {"type", "array"}, {"items", schema_of(where)}};
  return result.dump(2) + "\n";
}

} // namespace troupe::config
