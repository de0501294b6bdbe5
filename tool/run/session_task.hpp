// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/session.hpp"
#include "tool/run/event_log.hpp"
#include "tool/run/session_plan.hpp"
#include "tool/run/session_status.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>

namespace troupe::tool {

/// What the tasks of a session have in common; outlives them.
struct task_world {
  boost::asio::io_context& loop; ///< the one thread of all tasks
  session& actors;
  const event_log& log;
};

/// A share or a sync of a session. Lives on the loop's thread. It is over when
/// it has told so, once, and may be dropped then, not before.
class session_task {
public:
  virtual ~session_task() = default;
  /// Ends it; the end is told as usual. May be repeated. Returns at once.
  virtual void stop() = 0;
  virtual void add_to(session_status& all) const = 0;
  /// Of the plan: what has the same one does the same.
  virtual const std::string& fingerprint() const = 0;
};

/// Called on the loop's thread when nothing of a task is alive any more.
using on_task_end = std::function<void()>;

/// Indexes a path, shares it and follows its changes, until it is stopped. A
/// share that fails is tried again every few seconds.
std::shared_ptr<session_task> start_share_task(const task_world& world,
                                               planned_share plan,
                                               on_task_end on_end);

/// Syncs once, or again and again, and runs its command when the destination
/// has changed. A sync that fails is tried again, later each time. Ends by
/// itself if it is to run once.
std::shared_ptr<session_task> start_sync_task(const task_world& world,
                                              planned_sync plan,
                                              on_task_end on_end);

} // namespace troupe::tool
