// SPDX-License-Identifier: BSD-3-Clause
#include "tool/signals.hpp"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <stdexcept>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace troupe::tool {

end_waiter::end_waiter() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  finished_ = eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || finished_ < 0)
    throw std::runtime_error("cannot wait for signals");
}

end_waiter::~end_waiter() {
  close(signals_);
  close(finished_);
}

end_waiter::reason end_waiter::wait() {
  pollfd fds[] = {{finished_, POLLIN, 0}, {signals_, POLLIN, 0}};
  while (poll(fds, 2, -1) < 0 && errno == EINTR) {
  }
  if (fds[0].revents != 0)
    return reason::finished;
  signalfd_siginfo info;
  if (read(signals_, &info, sizeof(info)) < 0)
    return reason::interrupted;
  return reason::interrupted;
}

void end_waiter::finish() noexcept {
  const std::uint64_t one = 1;
  // An eventfd takes eight bytes unless it is full, and then it is readable.
  if (write(finished_, &one, sizeof(one)) < 0)
    return;
}

} // namespace troupe::tool
