// SPDX-License-Identifier: BSD-3-Clause
#include "lab/report.hpp"

#include "lab/assets.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace troupe::lab {

namespace {

using nlohmann::json;

expected<json> parse(const std::string& text) {
  auto results = json::parse(text, nullptr, false);
  if (!results.is_object() || results.value("format", 0) != 1 ||
      !results.contains("runs") || !results["runs"].is_array())
    return error{errc::invalid_argument, "these are no results of a lab"};
  return results;
}

/// JSON that may stand in a script element.
std::string for_script(const json& what) {
  auto text = what.dump();
  for (std::size_t at = 0; (at = text.find('<', at)) != std::string::npos;)
    text.replace(at, 1, "\\u003c");
  return text;
}

std::string quoted(const json& field) {
  if (!field.is_string())
    return field.is_null() ? std::string{} : field.dump();
  std::string text = "\"";
  for (const char c : field.get_ref<const std::string&>())
    text += c == '"' ? std::string{"\"\""} : std::string(1, c);
  return text + "\"";
}

bool write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out{path, std::ios::binary};
  out << text;
  out.close();
  return !out.fail();
}

} // namespace

expected<std::string> make_page(const std::string& results) {
  const auto parsed = parse(results);
  if (!parsed)
    return parsed.error();
  const std::pair<std::string, std::string> parts[] = {
      {"{{uplot.css}}", uplot_css},
      {"{{page.css}}", page_css},
      {"{{results}}", for_script(*parsed)},
      {"{{uplot.js}}", uplot_js},
      {"{{page.js}}", page_js}};
  std::string page;
  std::string rest = page_html;
  for (const auto& [mark, text] : parts) {
    const auto at = rest.find(mark);
    if (at == std::string::npos)
      return error{errc::internal, "the page has no " + mark};
    page += rest.substr(0, at) + text;
    rest.erase(0, at + mark.size());
  }
  return page + rest;
}

expected<std::string> make_csv(const std::string& results) {
  const auto parsed = parse(results);
  if (!parsed)
    return parsed.error();
  const char* const of_run[] = {
      "session",    "tool",          "round",        "receivers",
      "loss_pct",   "file_bytes",    "complete",     "in_time",
      "wall_s",     "sent_bytes",    "sent_packets", "sharer_cpu_s",
      "sharer_peak_bytes", "failure"};
  const char* const of_host[] = {"host",      "loss_pct", "expected",
                                 "identical", "status",   "started_s",
                                 "ended_s",   "cpu_s",    "peak_bytes"};
  std::string text;
  for (const auto* name : of_run)
    text += std::string{name} + ",";
  for (const auto* name : of_host)
    text += "receiver_" + std::string{name} + ",";
  text.back() = '\n';
  for (const auto& run : (*parsed)["runs"]) {
    std::string start;
    for (const auto* name : of_run)
      start += quoted(run.value(name, json())) + ",";
    const auto hosts = run.value("hosts", json::array());
    for (const auto& host : hosts) {
      text += start;
      for (const auto* name : of_host)
        text += quoted(host.value(name, json())) + ",";
      text.back() = '\n';
    }
    if (hosts.empty())
      text += start + std::string(std::size(of_host) - 1, ',') + "\n";
  }
  return text;
}

std::size_t count_missed(const std::string& results) {
  const auto parsed = parse(results);
  if (!parsed)
    return 0;
  std::size_t count = 0;
  for (const auto& run : (*parsed)["runs"])
    count += run.value("missed", json::array()).empty() ? 0 : 1;
  return count;
}

error write_report(const std::filesystem::path& folder,
                   const std::string& results) {
  const auto page = make_page(results);
  const auto csv = make_csv(results);
  if (!page || !csv)
    return page ? csv.error() : page.error();
  std::error_code none;
  std::filesystem::create_directories(folder, none);
  if (!write(folder / "report.json", results + "\n") ||
      !write(folder / "report.csv", *csv) ||
      !write(folder / "report.html", *page))
    return {errc::io_error, "'" + folder.string() + "' cannot be written to"};
  return {};
}

error write_report_again(const std::filesystem::path& folder) {
  const auto path = folder / "report.json";
  std::ifstream in{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in)
    return {errc::not_found, "'" + path.string() + "'"};
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return write_report(folder, text);
}

} // namespace troupe::lab
