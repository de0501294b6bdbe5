// SPDX-License-Identifier: BSD-3-Clause
#include "capi/queue.hpp"

#include "capi/boundary.hpp"
#include "capi/monitor.hpp"

#include <atomic>

using namespace troupe::capi;

namespace {

/// The lock word of a queue: 0 free, 1 held, 2 held and waited for. A job
/// must be in its place before it is counted, and out of it before the place
/// is: the two semaphores alone cannot promise that with several producers
/// and consumers. Nothing below it blocks or is a cancellation point.
class queue_lock {
public:
  explicit queue_lock(q_t* q) : word_(q->lock) {
    std::uint32_t seen = 0;
    if (word_.compare_exchange_strong(seen, 1, std::memory_order_acquire))
      return;
    while (word_.exchange(2, std::memory_order_acquire) != 0)
      word_.wait(2, std::memory_order_relaxed);
  }
  queue_lock(const queue_lock&) = delete;
  queue_lock& operator=(const queue_lock&) = delete;
  ~queue_lock() {
    if (word_.exchange(0, std::memory_order_release) == 2)
      word_.notify_one();
  }

private:
  std::atomic_ref<std::uint32_t> word_;
};

void* do_nothing(void* arg) { return arg; }

int wait_for(sem_t* semaphore) {
  int result = 0;
  do
    result = sem_wait(semaphore); // a cancellation point
  while (result == -1 && errno == EINTR);
  return result;
}

void put(q_t* q, q_job_t job) {
  {
    queue_lock lock{q};
    q->job[q->widx++] = job; // the index wraps around with the ring
  }
  sem_post(&q->rlock);
}

q_job_t take(q_t* q) {
  q_job_t job;
  {
    queue_lock lock{q};
    job = q->job[q->ridx++];
  }
  sem_post(&q->wlock);
  return job;
}

} // namespace

namespace troupe::capi {

std::size_t withdraw(q_t* q, void* (*f)(void*),
                     const std::function<bool(void*)>& mine) {
  std::size_t count = 0;
  queue_lock lock{q};
  for (auto i = q->ridx; i != q->widx; ++i)
    if (q->job[i].f == f && mine(q->job[i].arg)) {
      q->job[i] = {do_nothing, nullptr};
      ++count;
    }
  return count;
}

} // namespace troupe::capi

extern "C" {

int q_init(q_t* q) {
  if (q == nullptr)
    return fail(EINVAL, -1);
  q->ridx = q->widx = 0;
  q->lock = 0;
  if (sem_init(&q->rlock, 0, 0) == -1)
    return -1;
  if (sem_init(&q->wlock, 0, Q_JOBS - 1) == -1) {
    errno_keeper keep;
    sem_destroy(&q->rlock);
    return -1;
  }
  return 0;
}

int q_free(q_t* q) {
  if (q == nullptr)
    return fail(EINVAL, -1);
  const int jobs = sem_destroy(&q->rlock);
  const int places = sem_destroy(&q->wlock);
  return jobs == 0 && places == 0 ? 0 : -1;
}

int q_push(q_t* q, void* (*f)(void*), void* arg) {
  if (q == nullptr || f == nullptr)
    return fail(EINVAL, -1);
  if (wait_for(&q->wlock) == -1)
    return -1;
  put(q, {f, arg});
  return 0;
}

int q_trypush(q_t* q, void* (*f)(void*), void* arg) {
  if (q == nullptr || f == nullptr)
    return fail(EINVAL, -1);
  if (sem_trywait(&q->wlock) == -1)
    return -1; // EAGAIN
  put(q, {f, arg});
  return 0;
}

int q_wait(q_t* q, q_job_t* job) {
  if (q == nullptr || job == nullptr)
    return fail(EINVAL, -1);
  if (wait_for(&q->rlock) == -1)
    return -1;
  *job = take(q);
  return 0;
}

int q_trywait(q_t* q, q_job_t* job) {
  if (q == nullptr || job == nullptr)
    return fail(EINVAL, -1);
  if (sem_trywait(&q->rlock) == -1)
    return -1; // EAGAIN
  *job = take(q);
  return 0;
}

int q_search(q_t* q, void* (*f)(void*), void* arg) {
  if (q == nullptr)
    return fail(EINVAL, -1);
  queue_lock lock{q};
  for (auto i = q->ridx; i != q->widx; ++i)
    if (q->job[i].f == f && q->job[i].arg == arg)
      return 1;
  return 0;
}

void* q_job_seek(void* arg) {
  auto* q = static_cast<q_t*>(arg);
  q_job_t job;
  while (q_wait(q, &job) == 0)
    job.f(job.arg);
  return arg;
}

int q_pool_create(pthread_t tid[], int nthreads, void* (*f)(void*), void* arg) {
  if (nthreads <= 0)
    return 0;
  if (tid == nullptr || f == nullptr)
    return fail(EINVAL, nthreads);
  for (int i = 0; i < nthreads; ++i)
    if (int error = pthread_create(&tid[i], nullptr, f, arg); error != 0)
      return fail(error, nthreads - i);
  return 0;
}

int q_pool_destroy(pthread_t tid[], int nthreads) {
  if (nthreads <= 0)
    return 0;
  if (tid == nullptr)
    return fail(EINVAL, nthreads);
  no_cancel guard; // or threads would be left behind
  int failed = 0;
  int error = 0;
  for (int i = 0; i < nthreads; ++i)
    pthread_cancel(tid[i]); // all first, so that they end side by side
  for (int i = 0; i < nthreads; ++i)
    if (int result = pthread_join(tid[i], nullptr); result != 0) {
      error = result;
      ++failed;
    }
  return failed == 0 ? 0 : fail(error, failed);
}

} // extern "C"
