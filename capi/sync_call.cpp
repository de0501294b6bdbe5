// SPDX-License-Identifier: BSD-3-Clause
#include "capi/sync_call.hpp"

#include "capi/threads.hpp"

namespace troupe::capi {

/// What has to happen before the caller's buffer, queue and context may go:
/// after a report, an exception, or the cancellation of the thread alike.
class sync_call::ending {
public:
  ending(const context::call& call, std::shared_ptr<sync_call> sync) noexcept
      : call_(call), sync_(std::move(sync)) {}
  ending(const ending&) = delete;
  ending& operator=(const ending&) = delete;
  ~ending() {
    sync_->cancel(); // no effect after the report
    sync_->desk_->wait(nullptr);
    sync_->desk_->close();
    call_.unwatch(sync_);
  }

private:
  const context::call& call_;
  std::shared_ptr<sync_call> sync_;
};

void sync_call::start(session& on, sync_request request, bool has_queue) {
  if (has_queue)
    request.run_jobs = [desk = desk_](work_desk::job job) {
      desk->post(std::move(job));
    };
  auto self = std::static_pointer_cast<sync_call>(shared_from_this());
  const auto on_report = [self](const sync_report& report) {
    self->report_ = report;
    self->ended();
    self->desk_->finish();
  };
  begun(with_room(start_room_bytes, [&] {
    return on.start_sync(std::move(request), on_report);
  }));
}

sync_report sync_call::run(const context::call& call, sync_request request,
                           q_t* queue, const no_cancel& guard) {
  auto sync = std::make_shared<sync_call>(queue);
  sync->start(call.get_session(), std::move(request), queue != nullptr);
  const ending at_end{call, sync};
  call.watch(sync);
  sync->desk_->wait(&guard);
  return sync->report_;
}

} // namespace troupe::capi
