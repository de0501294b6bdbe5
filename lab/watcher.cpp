// SPDX-License-Identifier: BSD-3-Clause
#include "lab/watcher.hpp"

#include <fstream>
#include <sstream>

namespace troupe::lab {

namespace {

constexpr std::size_t most_moments = 400;

std::ifstream open_of(int pid, const std::string& file) {
  return std::ifstream{"/proc/" + std::to_string(pid) + "/" + file};
}

} // namespace

std::uint32_t groups_of(int pid) {
  auto lines = open_of(pid, "net/igmp6");
  std::uint32_t count = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.find("eth0") != std::string::npos)
      ++count;
  return count;
}

memory_use memory_of(int pid) {
  auto lines = open_of(pid, "status");
  memory_use found;
  for (std::string line; std::getline(lines, line);) {
    const bool is_peak = line.compare(0, 6, "VmHWM:") == 0;
    if (is_peak || line.compare(0, 6, "VmRSS:") == 0)
      (is_peak ? found.peak : found.now) =
          std::strtoull(line.c_str() + 6, nullptr, 10) * 1024;
  }
  return found;
}

bool is_bound(int pid, const std::string& table, std::uint16_t port) {
  char suffix[8];
  std::snprintf(suffix, sizeof suffix, ":%04X", port);
  const std::string state = table.compare(0, 3, "tcp") == 0 ? "0A" : "07";
  auto lines = open_of(pid, "net/" + table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields{line};
    std::string number;
    std::string local;
    std::string remote;
    std::string now;
    fields >> number >> local >> remote >> now;
    if (local.ends_with(suffix) && now == state)
      return true;
  }
  return false;
}

std::string last_line_of(const std::filesystem::path& log) {
  std::ifstream lines{log};
  std::string last;
  for (std::string line; std::getline(lines, line);)
    if (line.find_first_not_of(" \r\t") != std::string::npos)
      last = line;
  if (const auto back = last.find_last_of('\r', last.size() - 1);
      back != std::string::npos && back + 1 < last.size())
    last.erase(0, back + 1);
  return last.substr(0, 200);
}

bool says_ready(const std::filesystem::path& log) {
  std::ifstream lines{log};
  for (std::string line; std::getline(lines, line);)
    if (line == "ready")
      return true;
  return false;
}

void moments::add(const moment& one, clock::time_point now) {
  kept_.push_back(one);
  if (kept_.size() == most_moments) {
    for (std::size_t i = 0; i < most_moments / 2; ++i)
      kept_[i] = kept_[2 * i + 1];
    kept_.resize(most_moments / 2);
    gap_ *= 2;
  }
  due_ = now + gap_;
}

} // namespace troupe::lab
