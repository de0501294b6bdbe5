// SPDX-License-Identifier: BSD-3-Clause
// Programs of the lab: short ones, and those that are measured.
#pragma once

#include "core/errc.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace troupe::lab {

using clock = std::chrono::steady_clock;

/// Seconds between two moments.
double seconds_between(clock::time_point from, clock::time_point to) noexcept;

/// A file descriptor that is closed with its owner. Not copied.
class owned_fd {
public:
  owned_fd() = default;
  explicit owned_fd(int fd) noexcept : fd_{fd} {}
  owned_fd(owned_fd&& other) noexcept;
  owned_fd& operator=(owned_fd&& other) noexcept;
  ~owned_fd();
  int get() const noexcept { return fd_; }

private:
  int fd_ = -1;
};

/// Runs a program to its end, in the network namespace `netns` (a descriptor;
/// negative: this one), and returns what it printed on both outputs, 1 MiB at
/// most. It reads `input`. Errors: not_found if there is no such program,
/// timed_out after 60 s, when it is killed; else io_error with its last line.
/// Blocks.
expected<std::string> run_command(const std::vector<std::string>& words,
                                  const std::string& input = {},
                                  int netns = -1);

/// How a measured program has ended.
struct ended {
  int status = 0; ///< as a shell has it: 128 and more for signals
  clock::time_point at;
  double cpu_s = 0; ///< user and system, children that were waited for too
};

/// A program under way. It ends with the process that started it. Used on
/// the thread that started it; collect() is what learns of its end.
struct process {
  int pid = -1;
  clock::time_point started;
  std::optional<ended> end;
  std::filesystem::path log;

  bool is_running() const noexcept { return pid > 0 && !end; }
};

/// Starts a program in the namespace `netns`; both its outputs go to `log`.
/// It reads the descriptor `input`, or, when that is negative, nothing.
/// Errors: those of fork(2).
expected<process> start_process(const std::vector<std::string>& words,
                                int netns, const std::filesystem::path& log,
                                int input = -1);

/// Waits until one of the processes ends, or until `until`; takes note of all
/// that have ended. Other children of this process are collected, too.
void collect(std::vector<process*>& processes, clock::time_point until);

/// CPU seconds that a running process has used so far; 0 if it is gone.
double cpu_seconds(int pid) noexcept;

} // namespace troupe::lab
