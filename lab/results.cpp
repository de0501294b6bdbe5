// SPDX-License-Identifier: BSD-3-Clause
#include "lab/results.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <set>

namespace troupe::lab {

namespace {

using nlohmann::json;

std::string field_of(const char* file, const std::string& name) {
  std::ifstream lines{file};
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (line.compare(0, name.size(), name) == 0 && colon != std::string::npos)
      return line.substr(line.find_first_not_of(" \t", colon + 1));
  }
  return {};
}

json machine() {
  utsname system{};
  uname(&system);
  return {{"kernel", std::string{system.sysname} + " " + system.release},
          {"architecture", system.machine},
          {"processor", field_of("/proc/cpuinfo", "model name")},
          {"processors", sysconf(_SC_NPROCESSORS_ONLN)},
          {"memory", field_of("/proc/meminfo", "MemTotal")}};
}

std::string now_utc() {
  const auto now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

double per_byte(std::uint64_t sent, std::uint64_t bytes) {
  return bytes == 0 ? 0
                    : static_cast<double>(sent) / static_cast<double>(bytes);
}

template <class Get>
json column(const std::vector<moment>& all, Get get) {
  auto list = json::array();
  for (const auto& one : all)
    list.push_back(get(one));
  return list;
}

json json_of(const std::vector<moment>& all) {
  return {
      {"at_s", column(all, [](auto& m) { return m.at_s; })},
      {"groups_most", column(all, [](auto& m) { return m.groups_most; })},
      {"groups_total", column(all, [](auto& m) { return m.groups_total; })},
      {"sharer_cpu_s", column(all, [](auto& m) { return m.sharer_cpu_s; })},
      {"receivers_cpu_s",
       column(all, [](auto& m) { return m.receivers_cpu_s; })},
      {"sharer_bytes", column(all, [](auto& m) { return m.sharer_bytes; })},
      {"receivers_bytes",
       column(all, [](auto& m) { return m.receivers_bytes; })},
      {"sent_bytes", column(all, [](auto& m) { return m.sent_bytes; })}};
}

json json_of(const receiver_figures& one) {
  return {{"host", one.host},         {"loss_pct", one.loss_pct},
          {"expected", one.is_expected},
          {"identical", one.is_identical}, {"status", one.status},
          {"started_s", one.started_s},    {"ended_s", one.ended_s},
          {"cpu_s", one.cpu_s},            {"peak_bytes", one.peak_bytes},
          {"last_words", one.last_words}};
}

} // namespace

json json_of(const run& which, const run_figures& got, std::uint64_t file_bytes,
             const std::vector<std::string>& missed) {
  auto hosts = json::array();
  std::size_t identical = 0;
  for (const auto& each : got.receivers) {
    hosts.push_back(json_of(each));
    identical += each.is_identical ? 1 : 0;
  }
  const auto complete =
      got.failure.empty() &&
      std::all_of(got.receivers.begin(), got.receivers.end(),
                  [](const auto& r) {
                    return r.is_identical || !r.is_expected;
                  });
  json all{{"session", which.what->name},
           {"tool", to_string(which.by)},
           {"round", which.round},
           {"receivers", which.receivers.size()},
           {"file_bytes", file_bytes},
           {"failure", got.failure},
           {"complete", complete},
           {"identical", identical},
           {"in_time", got.is_in_time},
           {"ready_s", got.ready_s},
           {"wall_s", got.wall_s},
           {"sent_bytes", got.sent_bytes},
           {"sent_packets", got.sent_packets},
           {"sent_per_byte", per_byte(got.sent_bytes, file_bytes)},
           {"sharer_cpu_s", got.sharer_cpu_s},
           {"sharer_peak_bytes", got.sharer_peak_bytes},
           {"sharer_status", got.sharer_status},
           {"sharer_last_words", got.sharer_last_words},
           {"hosts", hosts},
           {"moments", json_of(got.moments)},
           {"missed", missed}};
  all["loss_pct"] = which.loss_pct ? json(*which.loss_pct) : json();
  return all;
}

json json_of_lab(const topology& all) {
  std::set<tool> used;
  for (const auto& one : all.sessions)
    used.insert(one.tools.begin(), one.tools.end());
  auto tools = json::array();
  for (const auto one : used)
    tools.push_back({{"name", to_string(one)},
                     {"version", version_of(one)},
                     {"missing", missing(one)}});
  return {{"format", 1},         {"name", all.name},
          {"back_end", "network namespaces"},
          {"title", all.title},  {"seed", all.seed},
          {"rounds", all.rounds}, {"date", now_utc()},
          {"machine", machine()}, {"tools", tools},
          {"runs", json::array()}};
}

} // namespace troupe::lab
