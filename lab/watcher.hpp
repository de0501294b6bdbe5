// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "lab/transfer.hpp"

namespace troupe::lab {

/// Multicast groups that eth0 of a process's host is in.
std::uint32_t groups_of(int pid);

/// Resident memory of a process in bytes, now and at most.
struct memory_use {
  std::uint64_t now = 0;
  std::uint64_t peak = 0;
};
memory_use memory_of(int pid);

/// Whether a socket is bound to the port in the process's host; of TCP, also
/// listens. `table` is a file of /proc/PID/net.
bool is_bound(int pid, const std::string& table, std::uint16_t port);

/// The last line of a program's output that says anything, cut to 200 bytes;
/// of a line that was drawn over, the last state.
std::string last_line_of(const std::filesystem::path& log);

/// Whether a program has printed a line that says `ready`.
bool says_ready(const std::filesystem::path& log);

/// Moments of a run: one every 20 ms, and at half the rate whenever there are
/// 400 of them, so that a long run takes no more room than a short one.
class moments {
public:
  /// When the next moment is due.
  clock::time_point due() const noexcept { return due_; }
  void begin(clock::time_point now) noexcept { due_ = now; }
  void add(const moment& one, clock::time_point now);
  std::vector<moment> take() noexcept { return std::move(kept_); }

private:
  clock::time_point due_;
  clock::duration gap_ = std::chrono::milliseconds{20};
  std::vector<moment> kept_;
};

} // namespace troupe::lab
