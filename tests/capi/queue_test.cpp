// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/catch.hpp"

#include <librecast/q.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <memory>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

struct queue {
  std::unique_ptr<q_t> q = std::make_unique<q_t>();
  queue() { REQUIRE(q_init(q.get()) == 0); }
  ~queue() { CHECK(q_free(q.get()) == 0); }
  operator q_t*() { return q.get(); }
};

void* count(void* arg) {
  static_cast<std::atomic<int>*>(arg)->fetch_add(1);
  return nullptr;
}

void* wait_for_ever(void* arg) {
  static_cast<std::atomic<int>*>(arg)->fetch_add(1);
  for (;;)
    pause(); // a cancellation point
}

void eventually(const std::function<bool()>& happened) {
  for (int i = 0; i < 2000 && !happened(); ++i)
    usleep(1000);
  CHECK(happened());
}

} // namespace

TEST_CASE("jobs come out of a queue in the order they went in", "[capi]") {
  queue q;
  int places[3];
  for (auto& each : places)
    REQUIRE(q_push(q, count, &each) == 0);
  q_job_t job{};
  for (auto& each : places) {
    REQUIRE(q_wait(q, &job) == 0);
    CHECK(job.arg == &each);
    CHECK(job.f == count);
  }
  errno = 0;
  CHECK(q_trywait(q, &job) == -1);
  CHECK(errno == EAGAIN);
}

TEST_CASE("a queue holds 65535 jobs, not one more", "[capi]") {
  queue q;
  std::atomic<int> done{0};
  for (int i = 0; i < 65535; ++i)
    REQUIRE(q_trypush(q, count, &done) == 0);
  errno = 0;
  CHECK(q_trypush(q, count, &done) == -1);
  CHECK(errno == EAGAIN);
  q_job_t job{};
  REQUIRE(q_trywait(q, &job) == 0);
  CHECK(q_trypush(q, count, &done) == 0); // around the end of the ring
  for (int i = 0; i < 65535; ++i) {
    REQUIRE(q_trywait(q, &job) == 0);
    job.f(job.arg);
  }
  CHECK(q_trywait(q, &job) == -1);
  CHECK(done == 65535);
}

TEST_CASE("q_push waits for a place", "[capi]") {
  queue q;
  std::atomic<int> done{0};
  for (int i = 0; i < 65535; ++i)
    REQUIRE(q_trypush(q, count, &done) == 0);
  std::atomic<bool> pushed{false};
  std::thread late{[&] {
    q_push(q, count, &done);
    pushed = true;
  }};
  usleep(50000);
  CHECK_FALSE(pushed);
  q_job_t job{};
  REQUIRE(q_wait(q, &job) == 0);
  late.join();
  CHECK(pushed);
}

TEST_CASE("q_search finds a pending job wherever it is", "[capi]") {
  queue q;
  int a = 0;
  int b = 0;
  REQUIRE(q_push(q, count, &a) == 0);
  REQUIRE(q_push(q, count, &b) == 0);
  CHECK(q_search(q, count, &a) == 1);
  CHECK(q_search(q, count, &b) == 1);
  CHECK(q_search(q, wait_for_ever, &b) == 0);
  q_job_t job{};
  REQUIRE(q_wait(q, &job) == 0);
  CHECK(q_search(q, count, &a) == 0);
  CHECK(q_search(q, count, &b) == 1);
}

TEST_CASE("many producers and consumers lose no job and repeat none",
          "[capi]") {
  queue q;
  constexpr int producers = 4;
  constexpr int each = 50000;
  std::vector<std::atomic<int>> done(producers * each);
  pthread_t workers[4];
  REQUIRE(q_pool_create(workers, 4, q_job_seek, q) == 0);
  std::vector<std::thread> threads;
  for (int p = 0; p < producers; ++p)
    threads.emplace_back([&, p] {
      for (int i = 0; i < each; ++i)
        q_push(q, count, &done[static_cast<std::size_t>(p * each + i)]);
    });
  for (auto& thread : threads)
    thread.join();
  eventually([&] {
    int sum = 0;
    for (auto& job : done)
      sum += job;
    return sum == producers * each;
  });
  CHECK(q_pool_destroy(workers, 4) == 0);
  int wrong = 0;
  for (auto& job : done)
    wrong += job != 1;
  CHECK(wrong == 0);
}

TEST_CASE("a pool's threads can be ended while idle and while working",
          "[capi]") {
  queue q;
  pthread_t idle[3];
  CHECK(q_pool_create(idle, 3, q_job_seek, q) == 0);
  CHECK(q_pool_destroy(idle, 3) == 0);

  std::atomic<int> started{0};
  pthread_t busy[2];
  CHECK(q_pool_create(busy, 2, q_job_seek, q) == 0);
  REQUIRE(q_push(q, wait_for_ever, &started) == 0);
  eventually([&] { return started == 1; });
  CHECK(q_pool_destroy(busy, 2) == 0);
  CHECK(q_pool_create(busy, 0, q_job_seek, q) == 0);
  CHECK(q_pool_destroy(busy, 0) == 0);
}

TEST_CASE("a queue that is none is refused", "[capi]") {
  queue q;
  q_job_t job{};
  const auto refused = [](int result) {
    const bool yes = result == -1 && errno == EINVAL;
    errno = 0;
    return yes;
  };
  CHECK(refused(q_init(nullptr)));
  CHECK(refused(q_free(nullptr)));
  CHECK(refused(q_push(nullptr, count, nullptr)));
  CHECK(refused(q_trypush(nullptr, count, nullptr)));
  CHECK(refused(q_push(q, nullptr, nullptr)));
  CHECK(refused(q_wait(nullptr, &job)));
  CHECK(refused(q_wait(q, nullptr)));
  CHECK(refused(q_trywait(nullptr, &job)));
  CHECK(refused(q_search(nullptr, count, nullptr)));
  CHECK(q_pool_create(nullptr, 2, q_job_seek, q) == 2);
}
