// SPDX-License-Identifier: BSD-3-Clause
#include "capi/queue_pool.hpp"

#include "capi/boundary.hpp"
#include "capi/threads.hpp"

namespace troupe::capi {

std::unique_ptr<queue_pool> queue_pool::make(int threads) {
  auto* fresh = new queue_pool;
  if (q_init(&fresh->queue_) != 0) {
    delete fresh;
    return nullptr;
  }
  std::unique_ptr<queue_pool> pool{fresh};
  if (!pool->resize(threads))
    return nullptr;
  return pool;
}

queue_pool::~queue_pool() {
  errno_keeper keep;
  q_pool_destroy(threads_.data(), static_cast<int>(threads_.size()));
  q_free(&queue_);
}

bool queue_pool::resize(int threads) {
  const signals_blocked mask;
  const auto before = threads_.size();
  const auto wanted = static_cast<std::size_t>(threads);
  if (wanted > before) {
    threads_.resize(wanted);
    const auto more = static_cast<int>(wanted - before);
    const auto missing = q_pool_create(threads_.data() + before, more,
                                       q_job_seek, &queue_);
    if (missing == 0)
      return true;
    errno_keeper keep;
    q_pool_destroy(threads_.data() + before, more - missing);
    threads_.resize(before);
    return false;
  }
  q_pool_destroy(threads_.data() + wanted, static_cast<int>(before - wanted));
  threads_.resize(wanted);
  return true;
}

} // namespace troupe::capi
