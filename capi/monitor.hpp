// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <pthread.h>

#include <chrono>
#include <mutex>

namespace troupe::capi {

/// A mutex and a condition in one. Waiting is a cancellation point of POSIX
/// threads: a cancelled thread unwinds from wait() as from an exception, with
/// the lock held, which std::condition_variable does not promise everywhere.
class monitor {
public:
  monitor() {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&condition_, &attributes);
    pthread_condattr_destroy(&attributes);
  }
  monitor(const monitor&) = delete;
  monitor& operator=(const monitor&) = delete;
  ~monitor() {
    pthread_cond_destroy(&condition_);
    pthread_mutex_destroy(&mutex_);
  }

  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }
  void notify_all() { pthread_cond_broadcast(&condition_); }

  /// Precondition of both: the caller holds the lock. They may return early.
  void wait() { pthread_cond_wait(&condition_, &mutex_); }
  void wait_until(std::chrono::steady_clock::time_point deadline) {
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                        deadline.time_since_epoch())
                        .count();
    const timespec when{static_cast<time_t>(ns / 1'000'000'000),
                        static_cast<long>(ns % 1'000'000'000)};
    pthread_cond_timedwait(&condition_, &mutex_, &when);
  }

private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition_;
};

using monitor_lock = std::unique_lock<monitor>;

/// While it lives the thread cannot be cancelled: code that is not written
/// for it, ours or a library's, stays whole. Blocking calls hold one, and open
/// it where they wait.
class no_cancel {
public:
  no_cancel() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  no_cancel(const no_cancel&) = delete;
  no_cancel& operator=(const no_cancel&) = delete;
  ~no_cancel() { pthread_setcancelstate(before_, nullptr); }

  /// While it lives the thread is as cancellable as the caller had it. With
  /// nullptr it has no effect.
  class opening {
  public:
    explicit opening(const no_cancel* guard) : guard_(guard) {
      if (guard_ != nullptr)
        pthread_setcancelstate(guard_->before_, nullptr);
    }
    opening(const opening&) = delete;
    opening& operator=(const opening&) = delete;
    ~opening() {
      if (guard_ != nullptr)
        pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
    }

  private:
    const no_cancel* guard_;
  };

  /// Unwinds here if the thread was cancelled meanwhile.
  void test() const {
    const opening here{this};
    pthread_testcancel();
  }

private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

} // namespace troupe::capi
