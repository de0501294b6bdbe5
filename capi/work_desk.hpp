// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/monitor.hpp"

#include <librecast/q.h>

#include <functional>
#include <list>
#include <memory>

namespace troupe::capi {

/// Where one blocking call waits, and where jobs for it are laid down. The
/// jobs stay here; the queue that the caller of the API gave gets tickets,
/// each of which does one job. So a call can take back what was not begun,
/// and jobs that nobody fetches are done by the waiting thread itself: a queue
/// that no thread serves delays a call but does not hang it.
class work_desk : public std::enable_shared_from_this<work_desk> {
public:
  using job = std::function<void()>; ///< must not throw

  /// `queue` outlives the call to close(); may be nullptr when nothing will
  /// be posted. Make with std::make_shared.
  explicit work_desk(q_t* queue) : queue_(queue) {}

  /// Lays a job down and pushes a ticket for it. Any thread; does not block.
  /// After close(): drops the job.
  void post(job work);

  /// What wait() waits for has happened. Any thread.
  void finish();

  /// Waits for finish(), helping with jobs that wait for too long. With a
  /// guard it unwinds if the thread is cancelled, with nullptr it does not.
  void wait(const no_cancel* guard);

  /// Drops jobs that were not begun, takes their tickets back, and waits for
  /// jobs that run. Not a cancellation point. To be called before the queue
  /// or anything that jobs refer to may go away.
  void close();

private:
  using clock = std::chrono::steady_clock;
  struct waiting {
    job work;
    clock::time_point help_at;
  };

  static void* serve(void* ticket);
  void do_first(monitor_lock& lock);

  q_t* const queue_;
  monitor monitor_;
  std::list<waiting> jobs_;
  unsigned running_ = 0;
  bool finished_ = false;
  bool closed_ = false;
};

} // namespace troupe::capi
