// SPDX-License-Identifier: BSD-3-Clause
#include "capi/work_desk.hpp"

#include "capi/queue.hpp"

namespace troupe::capi {

namespace {
// How long a job may lie before the waiting thread takes it. Long enough for
// busy threads of the queue, short against what a human calls a hang.
constexpr std::chrono::milliseconds patience{200};

using ticket = std::shared_ptr<work_desk>;
} // namespace

void work_desk::post(job work) {
  auto own = std::make_unique<ticket>(shared_from_this());
  monitor_lock lock{monitor_};
  if (closed_)
    return;
  jobs_.push_back({std::move(work), clock::now() + patience});
  // Pushed with the lock held, so that no ticket can follow close().
  if (q_trypush(queue_, serve, own.get()) == 0)
    own.release(); // NOLINT: serve() or close() deletes it
  else
    jobs_.back().help_at = clock::now(); // a full queue: help at once
  monitor_.notify_all(); // whoever waits has a new time to wake up at
}

void* work_desk::serve(void* arg) {
  no_cancel guard; // the thread may be cancelled between jobs, not in ours
  std::unique_ptr<ticket> mine{static_cast<ticket*>(arg)};
  auto& desk = **mine;
  monitor_lock lock{desk.monitor_};
  if (!desk.jobs_.empty())
    desk.do_first(lock);
  return nullptr;
}

void work_desk::do_first(monitor_lock& lock) {
  auto work = std::move(jobs_.front().work);
  jobs_.pop_front();
  ++running_;
  lock.unlock();
  work();
  work = nullptr; // what it refers to is let go before close() returns
  lock.lock();
  --running_;
  monitor_.notify_all();
}

void work_desk::finish() {
  monitor_lock lock{monitor_};
  finished_ = true;
  monitor_.notify_all();
}

void work_desk::wait(const no_cancel* guard) {
  monitor_lock lock{monitor_};
  while (!finished_) {
    if (!jobs_.empty() && jobs_.front().help_at <= clock::now()) {
      do_first(lock);
      continue;
    }
    const no_cancel::opening here{guard};
    if (jobs_.empty())
      monitor_.wait();
    else
      monitor_.wait_until(jobs_.front().help_at);
  }
}

void work_desk::close() {
  std::list<waiting> dropped; // destroyed without the lock
  {
    monitor_lock lock{monitor_};
    closed_ = true;
    dropped.swap(jobs_);
  }
  if (queue_ != nullptr)
    withdraw(queue_, serve, [this](void* arg) {
      auto* theirs = static_cast<ticket*>(arg);
      if (theirs->get() != this)
        return false;
      delete theirs;
      return true;
    });
  monitor_lock lock{monitor_};
  while (running_ > 0)
    monitor_.wait();
}

} // namespace troupe::capi
