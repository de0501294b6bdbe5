// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/mman.h>

#include <csignal>
#include <cstddef>
#include <exception>
#include <initializer_list>
#include <new>
#include <optional>
#include <thread>
#include <utility>

namespace troupe::capi {

/// While it lives, threads that are started inherit a mask that leaves the
/// program's signals to the program's threads. Signals that report a crash
/// stay deliverable.
class signals_blocked {
public:
  signals_blocked() {
    sigset_t all;
    sigfillset(&all);
    for (int fatal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT,
                      SIGSYS})
      sigdelset(&all, fatal);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  signals_blocked(const signals_blocked&) = delete;
  signals_blocked& operator=(const signals_blocked&) = delete;
  ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  sigset_t before_;
};

/// More than a sync or a share takes until it runs.
inline constexpr std::size_t start_room_bytes = std::size_t{16} << 20;

/// Runs `body` on a thread of its own and returns what it returns. For calls
/// into the actor system, which cannot be unwound: where memory cannot be had
/// in the midst of them, it hangs or ends the process. So `room_bytes` must be
/// there beforehand (else std::bad_alloc), and nothing that the calling thread
/// is short of gets in the way. Precondition: the thread cannot be cancelled.
template <class Body>
auto with_room(std::size_t room_bytes, Body&& body) {
  void* room = ::mmap(nullptr, room_bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED)
    throw std::bad_alloc{};
  ::munmap(room, room_bytes);

  std::optional<decltype(body())> result;
  std::exception_ptr failure;
  std::thread runner{[&] {
    try {
      result.emplace(body());
    } catch (...) { // nobody cancels this thread
      failure = std::current_exception();
    }
  }};
  runner.join();
  if (failure)
    std::rethrow_exception(failure);
  return std::move(*result);
}

} // namespace troupe::capi
