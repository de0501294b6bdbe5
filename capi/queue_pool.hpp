// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <librecast/q.h>

#include <memory>
#include <vector>

namespace troupe::capi {

/// A queue and the threads that serve it. One thread at a time changes it; the
/// queue may be used by any.
class queue_pool {
public:
  /// Returns nullptr and sets errno when not all `threads` could be started.
  static std::unique_ptr<queue_pool> make(int threads);

  /// Waits for jobs that run to reach a cancellation point. Jobs that were not
  /// begun are dropped.
  ~queue_pool();
  queue_pool(const queue_pool&) = delete;
  queue_pool& operator=(const queue_pool&) = delete;

  /// Starts threads, or cancels some. False, errno set, and as many threads as
  /// before when it could not start all.
  bool resize(int threads);

  q_t* queue() { return &queue_; }

private:
  queue_pool() = default;

  q_t queue_;
  std::vector<pthread_t> threads_;
};

} // namespace troupe::capi
