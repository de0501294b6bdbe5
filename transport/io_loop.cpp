// SPDX-License-Identifier: BSD-3-Clause
#include "transport/io_loop.hpp"

#include <pthread.h>

#include <csignal>
#include <future>

namespace troupe {

using clock_type = std::chrono::steady_clock;

io_loop::io_loop() : work_(context_.get_executor()) {}

void io_loop::start() {
  const std::lock_guard lock{mutex_};
  if (thread_.joinable() || stopped_)
    return;
  // The program's signals are for the program's own threads.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ =
        std::thread{[self = shared_from_this()] { self->context_.run(); }};
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread_.native_handle(), "troupe-net");
}

void io_loop::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    // Behind what was posted before, so that nobody waits in vain.
    post([this] { context_.stop(); });
  }
  if (!thread_.joinable())
    return;
  if (thread_.get_id() == std::this_thread::get_id())
    thread_.detach();
  else
    thread_.join();
}

void io_loop::run_and_wait(std::function<void()> task) {
  std::unique_lock lock{mutex_};
  const bool here = !thread_.joinable() || stopped_ ||
                    thread_.get_id() == std::this_thread::get_id();
  if (here) {
    lock.unlock();
    task();
    return;
  }
  std::promise<void> done;
  const auto finished = done.get_future();
  post([&task, done = std::move(done)]() mutable {
    task();
    done.set_value();
  });
  lock.unlock();
  finished.wait();
}

time_point io_loop::now() noexcept {
  return clock_type::now().time_since_epoch();
}

clock_type::time_point io_loop::to_clock(time_point t) noexcept {
  return clock_type::time_point{
      std::chrono::duration_cast<clock_type::duration>(t)};
}

} // namespace troupe
