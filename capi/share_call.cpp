// SPDX-License-Identifier: BSD-3-Clause
#include "capi/share_call.hpp"

#include "capi/options.hpp"
#include "capi/threads.hpp"

namespace troupe::capi {

namespace {

constexpr std::chrono::milliseconds stats_interval{100};

lc_stat_t figures_of(const share_counters& counters) {
  lc_stat_t now{};
  now.byt_gross = counters.bytes_gross;
  now.byt_info = counters.bytes_info;
  now.pkts_io = counters.packets_sent;
  now.chunks_fail = counters.sources_changed;
  return now;
}

} // namespace

live_stats::live_stats(std::shared_ptr<const share_counters> from,
                       lc_stat_t* to)
    : from_(std::move(from)), to_(to) {
  const signals_blocked mask;
  thread_ = std::thread{[this] {
    monitor_lock lock{monitor_};
    while (!stopping_) {
      copy();
      monitor_.wait_until(std::chrono::steady_clock::now() + stats_interval);
    }
    copy();
  }};
}

live_stats::~live_stats() {
  {
    monitor_lock lock{monitor_};
    stopping_ = true;
    monitor_.notify_all();
  }
  thread_.join();
}

void live_stats::copy() {
  const auto now = figures_of(*from_);
  add(to_->byt_gross, now.byt_gross - copied_.byt_gross);
  add(to_->byt_info, now.byt_info - copied_.byt_info);
  add(to_->pkts_io, now.pkts_io - copied_.pkts_io);
  add(to_->chunks_fail, now.chunks_fail - copied_.chunks_fail);
  copied_ = now;
}

/// Ends a share that does not get as far as its handle.
class share_call::ending {
public:
  ending(const context::call& call, std::shared_ptr<share_call> share) noexcept
      : call_(call), share_(std::move(share)) {}
  ending(const ending&) = delete;
  ending& operator=(const ending&) = delete;
  ~ending() {
    if (!keep) {
      share_->cancel();
      share_->wait_until_ended();
    }
    call_.unwatch(share_);
  }

  bool keep = false;

private:
  const context::call& call_;
  std::shared_ptr<share_call> share_;
};

void share_call::on_report(const share_report& report) {
  const bool last = report.what != share_report::event::listening;
  if (last)
    ended();
  monitor_lock lock{monitor_};
  if (report.what == share_report::event::failed)
    failure_ = report.failure;
  listening_ = listening_ || !last;
  over_ = over_ || last;
  monitor_.notify_all();
}

void share_call::wait_until_ended() {
  {
    monitor_lock lock{monitor_};
    while (!over_)
      monitor_.wait();
  }
  stats_.reset();
}

expected<std::shared_ptr<share_call>>
share_call::start(const context::call& call, share_request request,
                  lc_stat_t* stats, const no_cancel& guard) {
  auto share = std::make_shared<share_call>();
  request.counters = std::make_shared<share_counters>();
  if (stats != nullptr)
    share->stats_ = std::make_unique<live_stats>(request.counters, stats);
  share->begun(with_room(start_room_bytes, [&] {
    return call.get_session().start_share(
        std::move(request),
        [share](const share_report& report) { share->on_report(report); });
  }));
  ending at_end{call, share};
  call.watch(share);
  monitor_lock lock{share->monitor_};
  while (!share->listening_ && !share->over_) {
    const no_cancel::opening here{&guard};
    share->monitor_.wait();
  }
  if (share->over_) {
    const auto failure = share->failure_;
    lock.unlock();
    return failure.code == errc::none ? error{errc::cancelled, {}} : failure;
  }
  lock.unlock();
  at_end.keep = true;
  return share;
}

} // namespace troupe::capi
