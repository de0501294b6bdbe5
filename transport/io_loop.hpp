// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/pacer.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace troupe {

/// Internal to transport: the network's one thread and its Asio context.
/// Ports share ownership, and so does the thread until stop(), so that closing
/// a port is safe whatever comes first.
class io_loop : public std::enable_shared_from_this<io_loop> {
public:
  io_loop();
  ~io_loop() { stop(); }
  io_loop(const io_loop&) = delete;
  io_loop& operator=(const io_loop&) = delete;

  /// Starts the thread, once. Throws std::system_error.
  void start();
  /// Carries out what was posted so far, then ends the thread. Blocks, but
  /// not on the thread itself.
  void stop();

  boost::asio::io_context& context() noexcept { return context_; }

  /// Runs `task` on the thread, in the order of the calls. Any thread.
  template <class Task>
  void post(Task&& task) {
    boost::asio::post(context_, std::forward<Task>(task));
  }

  /// Runs `task` on the thread and waits for it. On the thread itself, or
  /// when there is none, it runs right here.
  void run_and_wait(std::function<void()> task);

  /// Monotonic time, as schedules and pacers count it.
  static time_point now() noexcept;
  /// The same for timers.
  static std::chrono::steady_clock::time_point to_clock(time_point t) noexcept;

private:
  using work_guard =
      boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  boost::asio::io_context context_{1};
  work_guard work_;
  std::mutex mutex_;
  std::thread thread_;
  bool stopped_ = false;
};

} // namespace troupe
