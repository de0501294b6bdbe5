// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/context.hpp"

#include <librecast/types.h>

#include <thread>

namespace troupe::capi {

/// Carries the figures of a share into the caller's structure while it runs,
/// every 100 ms and once more at the end. One thread.
class live_stats {
public:
  live_stats(std::shared_ptr<const share_counters> from, lc_stat_t* to);
  live_stats(const live_stats&) = delete;
  live_stats& operator=(const live_stats&) = delete;
  ~live_stats();

private:
  void copy();

  std::shared_ptr<const share_counters> from_;
  lc_stat_t* to_;
  lc_stat_t copied_{}; ///< of the figures: *to_ also counts other shares
  monitor monitor_;
  bool stopping_ = false;
  std::thread thread_;
};

/// One lc_share: whether it listens, and whether it has ended.
class share_call : public started {
public:
  /// Starts a share and waits until it listens or failed. Unwinds if the
  /// thread is cancelled; then, as after an error, nothing is left of it.
  static expected<std::shared_ptr<share_call>>
  start(const context::call& call, share_request request, lc_stat_t* stats,
        const no_cancel& guard);

  /// Waits for the last report; *stats is complete then and not touched again.
  void wait_until_ended();

private:
  class ending;
  void on_report(const share_report& report);

  monitor monitor_;
  bool listening_ = false;
  bool over_ = false;
  error failure_;
  std::unique_ptr<live_stats> stats_;
};

} // namespace troupe::capi

/// The handle of the C API.
struct lc_share_s {
  std::shared_ptr<troupe::capi::context> owner;
  std::shared_ptr<troupe::capi::share_call> share;
  troupe::capi::lifetime life;
};
