// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/requests.hpp"

#include <deque>
#include <mutex>
#include <string>

namespace troupe::tool {

/// How fast something has been of late: over the last three seconds, so that
/// what was long ago says nothing of what is left.
class rate_meter {
public:
  /// `bytes` were done by `at`; both never less than before.
  void add(std::chrono::nanoseconds at, std::uint64_t bytes);
  /// 0 until it is known.
  double bytes_per_s() const noexcept;

private:
  struct sample {
    std::chrono::nanoseconds at{0};
    std::uint64_t bytes = 0;
  };
  std::deque<sample> samples_;
};

/// Whether text on that descriptor may have colours: a terminal, unless
/// NO_COLOR is set to anything (https://no-color.org) or TERM is "dumb".
bool wants_colour(int fd);

/// Characters in a line of the terminal on that descriptor; 80 elsewhere.
std::size_t columns_of(int fd);

/// One line on a terminal that is drawn again and again; nothing elsewhere but,
/// once, what is in doubt. Any thread.
class progress_line {
public:
  /// Draws on standard error if that is a terminal and `wanted`.
  explicit progress_line(bool wanted);
  void show(const sync_progress& progress);
  /// Removes the line, so that other output starts at the margin.
  void clear();

private:
  std::mutex lock_;
  bool wanted_;
  bool on_;
  bool has_said_doubt_ = false;
  bool has_colour_ = false;
  bool drawn_ = false;
  rate_meter rate_;
};

/// The text of the line, of `columns` characters at most: what matters less is
/// left out, from the right. Control characters only for colours.
std::string progress_text(const sync_progress& progress, double bytes_per_s,
                          std::size_t columns, bool has_colour = false);

/// Part of the symbols in use that replaced lost ones, 0 to 1.
double loss_of(const sync_stats& stats) noexcept;

/// "7 s", "3:05" minutes, "1:02:03" hours.
std::string human_time(double seconds);

} // namespace troupe::tool
