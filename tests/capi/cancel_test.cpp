// SPDX-License-Identifier: BSD-3-Clause
// Blocking calls that are ended from outside.
#include "tests/capi/network.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

using namespace capi_test;
using std::chrono::steady_clock;

namespace {

const bytes unknown_hash(HASHSIZE, 0x77);

/// What a thread works with that is cancelled in lc_sync.
struct victim {
  lc_ctx_t* ctx = nullptr;
  bytes data = bytes(100, 'x');
  q_t* q = nullptr;
  mdex_t* index = nullptr;
  std::atomic<int> phase{0}; ///< 1: about to wait, 2: cleaned up, 3: returned
};

void free_its_context(void* arg) {
  auto* v = static_cast<victim*>(arg);
  lc_ctx_free(v->ctx);
  v->phase = 2;
}

void* sync_until_cancelled(void* arg) {
  auto* v = static_cast<victim*>(arg);
  pthread_cleanup_push(free_its_context, v);
  v->phase = 1;
  lc_sync(v->ctx, unknown_hash.data(), v->data.data(), v->data.size(), v->q,
          nullptr, nullptr, SYNC_LOOPBACK);
  v->phase = 3;
  pthread_cleanup_pop(0);
  return nullptr;
}

void* share_until_cancelled(void* arg) {
  auto* v = static_cast<victim*>(arg);
  pthread_cleanup_push(free_its_context, v);
  v->phase = 1;
  for (;;) // cancelled in lc_share, or in sleep right after one
  {
    auto* share = lc_share(v->ctx, v->index, 0, nullptr, nullptr, 0);
    lc_unshare(share);
    pthread_testcancel();
  }
  pthread_cleanup_pop(0);
  return nullptr;
}

void cancel_and_join(void* (*body)(void*), victim& v, unsigned int delay_ms) {
  pthread_t thread;
  REQUIRE(pthread_create(&thread, nullptr, body, &v) == 0);
  while (v.phase < 1)
    usleep(1000);
  usleep(delay_ms * 1000);
  const auto start = steady_clock::now();
  REQUIRE(pthread_cancel(thread) == 0);
  void* result = nullptr;
  REQUIRE(pthread_join(thread, &result) == 0);
  CHECK(steady_clock::now() - start < std::chrono::seconds{5});
  CHECK(result == PTHREAD_CANCELED);
  CHECK(v.phase == 2);
}

} // namespace

TEST_CASE("a thread can be cancelled in lc_sync and free its context",
          "[capi][network]") {
  for (unsigned int delay_ms : {0, 1, 20, 300}) {
    INFO(delay_ms << " ms after its start");
    victim v;
    v.ctx = make_context().release();
    cancel_and_join(sync_until_cancelled, v, delay_ms);
    CHECK(v.data == bytes(100, 'x'));
  }
}

TEST_CASE("a cancelled lc_sync leaves no job in the queue", "[capi][network]") {
  auto q = std::make_unique<q_t>();
  REQUIRE(q_init(q.get()) == 0);
  victim v;
  v.ctx = make_context().release();
  v.q = q.get();
  v.data.resize(64 << 20, 'x'); // some time to hash, by nobody
  cancel_and_join(sync_until_cancelled, v, 20);
  v.data = {}; // a job that is still alive would read this
  q_job_t job{};
  while (q_trywait(q.get(), &job) == 0)
    job.f(job.arg);
  CHECK(q_free(q.get()) == 0);
}

TEST_CASE("a thread can be cancelled in lc_share", "[capi][network]") {
  for (unsigned int delay_ms : {0, 5, 50}) {
    victim v;
    v.ctx = make_context().release();
    v.index = mdex_init(0);
    cancel_and_join(share_until_cancelled, v, delay_ms);
    mdex_free(v.index);
  }
}

TEST_CASE("a thread that may not be cancelled finishes its lc_sync",
          "[capi][network]") {
  struct result {
    context_ptr ctx = make_context();
    std::atomic<int> started{0};
    ssize_t value = 0;
    int error = 0;
    int state = 0;
  } r;
  pthread_t thread;
  const auto body = [](void* arg) -> void* {
    auto& into = *static_cast<result*>(arg);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
    auto options = give_up_after(300);
    char byte = 0;
    into.started = 1;
    into.value = lc_sync(into.ctx.get(), unknown_hash.data(), &byte, 1,
                         nullptr, nullptr, &options, SYNC_LOOPBACK);
    into.error = errno;
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &into.state);
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, nullptr, body, &r) == 0);
  while (r.started == 0)
    usleep(1000);
  REQUIRE(pthread_cancel(thread) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  CHECK(r.value == -1);
  CHECK(r.error == ETIMEDOUT);
  CHECK(r.state == PTHREAD_CANCEL_DISABLE); // as it was before the call
}

TEST_CASE("lc_ctx_free ends calls that run in other threads",
          "[capi][network]") {
  auto ctx = make_context();
  std::atomic<int> started{0};
  ssize_t results[2] = {};
  int errors[2] = {};
  std::thread threads[2];
  for (int i = 0; i < 2; ++i)
    threads[i] = std::thread{[&, i, raw = ctx.get()] {
      bytes data(10);
      ++started;
      results[i] = lc_sync(raw, unknown_hash.data(), data.data(), data.size(),
                           nullptr, nullptr, nullptr, SYNC_LOOPBACK);
      errors[i] = errno;
    }};
  while (started < 2)
    usleep(1000);
  usleep(200000);
  const auto start = steady_clock::now();
  ctx.reset();
  CHECK(steady_clock::now() - start < std::chrono::seconds{5});
  for (int i = 0; i < 2; ++i) {
    threads[i].join();
    CHECK(results[i] == -1);
    CHECK(errors[i] == ECANCELED);
  }
}

TEST_CASE("a share may outlive its context as a handle", "[capi][network]") {
  auto content = gen2(1000);
  lc_stat_t stats{};
  auto ctx = make_context();
  auto share = share_all(ctx.get(), memory(content), &stats);
  ctx.reset();
  errno = EDOM;
  share.reset();
  CHECK(errno == EDOM);
}
