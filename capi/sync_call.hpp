// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/context.hpp"
#include "capi/work_desk.hpp"

namespace troupe::capi {

/// One lc_sync: a thread that waits, and the report that it waits for.
class sync_call : public started {
public:
  /// Runs `request` on the session of `call` and waits for its report. With a
  /// `queue`, the old content is hashed by jobs pushed to it. Unwinds if the
  /// thread is cancelled; in every case nothing of the sync is left then.
  static sync_report run(const context::call& call, sync_request request,
                         q_t* queue, const no_cancel& guard);

  explicit sync_call(q_t* queue)
      : desk_(std::make_shared<work_desk>(queue)) {}

private:
  class ending;
  void start(session& on, sync_request request, bool has_queue);

  std::shared_ptr<work_desk> desk_;
  sync_report report_; ///< written before desk_->finish()
};

} // namespace troupe::capi
