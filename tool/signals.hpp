// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>

namespace troupe::tool {

/// Waits for whichever comes first: an interrupt of the user, or a call of
/// finish() on another thread. Make it before any thread, since it blocks
/// SIGINT and SIGTERM for this thread and all that it starts.
class end_waiter {
public:
  end_waiter();
  ~end_waiter();
  end_waiter(const end_waiter&) = delete;
  end_waiter& operator=(const end_waiter&) = delete;

  enum class reason { finished, interrupted };
  /// Blocks. May be called again after an interrupt.
  reason wait();
  /// Any thread.
  void finish() noexcept;

private:
  int signals_ = -1;
  int finished_ = -1;
};

} // namespace troupe::tool
