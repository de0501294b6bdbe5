// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/message.hpp"
#include "capi/threads.hpp"

#include <librecast/net.h>

#include <sys/eventfd.h>

namespace troupe::capi {

/// What the thread works with; it may outlive its listener when a callback
/// ends it.
struct listener::shared {
  std::shared_ptr<net_socket> of;
  on_message message;
  on_error error;
  unique_fd stop;
};

namespace {

/// A ping is answered where it came from, by the same channel.
void answer(net_socket& of, const lc_message_t& ping) {
  for (const auto& each : of.channels())
    if (each->handle == ping.chan) {
      auto pong = ping;
      pong.op = LC_OP_PONG;
      send_message(*each, pong);
    }
}

} // namespace

listener::listener(std::shared_ptr<net_socket> of, on_message message,
                   on_error error)
    : state_(std::make_shared<shared>(
          shared{std::move(of), message, error,
                 unique_fd{::eventfd(0, EFD_CLOEXEC)}})) {
  if (!state_->stop)
    throw std::system_error{errno, std::system_category()};
  const signals_blocked mask;
  thread_ = std::thread{[state = state_] { run(state); }};
}

listener::~listener() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written =
      ::write(state_->stop.get(), &one, sizeof(one));
  if (thread_.get_id() == std::this_thread::get_id())
    thread_.detach();
  else
    thread_.join();
}

void listener::run(const std::shared_ptr<shared>& state) {
  constexpr std::chrono::milliseconds pause{10}; // after errors that last
  for (;;) {
    lc_message_t message;
    lc_msg_init(&message);
    ssize_t bytes = -1;
    try {
      bytes = receive_message(*state->of, message, state->stop.get());
      if (bytes >= 0 && message.op == LC_OP_PING)
        answer(*state->of, message);
    } catch (const std::bad_alloc&) {
      errno = ENOMEM;
    }
    if (bytes >= 0) {
      if (state->message != nullptr)
        state->message(&message);
      lc_msg_free(&message);
      continue;
    }
    const int error = errno;
    // Stopped, closed, or the context was freed: nothing more can come.
    if (error == ECANCELED || error == EBADF)
      return;
    if (error == EBADMSG || error == EINTR)
      continue;
    if (state->error != nullptr)
      state->error(error);
    if (!state->of->wire->sleep(pause))
      return;
  }
}

} // namespace troupe::capi
