// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/requests.hpp"

#include <mutex>
#include <string>

namespace troupe::tool {

/// One line on a terminal that is drawn again and again; nothing elsewhere.
/// Any thread.
class progress_line {
public:
  /// Draws on standard error if that is a terminal and `wanted`.
  explicit progress_line(bool wanted);
  void show(const sync_progress& progress);
  /// Removes the line, so that other output starts at the margin.
  void clear();

private:
  std::mutex lock_;
  bool on_;
  bool drawn_ = false;
};

/// The text of the line, without control characters.
std::string progress_text(const sync_progress& progress);

/// "synced NAME: ... bytes in ... s (... MB/s), ... chunks kept, ... fetched,
/// ... bytes on the wire, efficiency ... %".
std::string summary(const std::string& name, const sync_report& report);

} // namespace troupe::tool
