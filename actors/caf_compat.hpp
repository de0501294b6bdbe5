// SPDX-License-Identifier: BSD-3-Clause
// The rest of the bridge between CAF 0.17 and CAF 1.x (troupe/caf.hpp): what
// actors do.
#pragma once

#include "troupe/caf.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/result.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_behavior.hpp>
#include <caf/typed_event_based_actor.hpp>

#if TROUPE_CAF1
#include <caf/anon_mail.hpp>
#endif

#include <chrono>
#include <cstddef>
#include <utility>

namespace troupe::compat {

template <class Self>
auto& state_of(Self* self) {
#if TROUPE_CAF1
  return self->state();
#else
  return self->state;
#endif
}

/// Sends a message; asynchronous.
template <class Self, class Handle, class Message>
void send(Self* self, const Handle& to, Message&& message) {
#if TROUPE_CAF1
  self->mail(std::forward<Message>(message)).send(to);
#else
  self->send(to, std::forward<Message>(message));
#endif
}

/// Sends a message to oneself after `delay` of the actor clock.
template <class Self, class Message>
void send_later(Self* self, std::chrono::nanoseconds delay, Message&& message) {
#if TROUPE_CAF1
  self->mail(std::forward<Message>(message)).delay(delay).send(self);
#else
  self->delayed_send(self, delay, std::forward<Message>(message));
#endif
}

/// Sends from outside of any actor.
template <class Handle, class Message>
void anon_send(const Handle& to, Message&& message) {
#if TROUPE_CAF1
  caf::anon_mail(std::forward<Message>(message)).send(to);
#else
  caf::anon_send(to, std::forward<Message>(message));
#endif
}

/// Calls `f(address, reason)` when a watched actor ends. Once per actor,
/// before the first watch().
template <class Self, class F>
void on_down([[maybe_unused]] Self* self, [[maybe_unused]] F f) {
#if !TROUPE_CAF1
  self->set_down_handler(
      [f](caf::down_msg& down) { f(down.source, down.reason); });
#endif
}

/// Starts watching `handle`; `f` is the function given to on_down().
template <class Self, class Handle, class F>
void watch(Self* self, const Handle& handle, [[maybe_unused]] F f) {
#if TROUPE_CAF1
  self->monitor(handle, [f, who = handle.address()](const caf::error& why) {
    f(who, why);
  });
#else
  self->monitor(handle);
#endif
}

/// Tells a child to end, before it handles anything else that waits for it.
template <class Self>
void end_child(Self* self, const caf::actor_addr& child) {
  const auto to = caf::actor_cast<caf::strong_actor_ptr>(child);
  if (!to)
    return;
  caf::exit_msg msg{self->address(), caf::exit_reason::user_shutdown};
#if TROUPE_CAF1
  self->mail(std::move(msg)).urgent().send(caf::actor_cast<caf::actor>(to));
#else
  to->enqueue(self->ctrl(), caf::make_message_id(caf::message_priority::high),
              caf::make_message(std::move(msg)), self->context());
#endif
}

/// Time of the actor clock, virtual in tests, as transport counts it.
template <class Self>
std::chrono::nanoseconds now(Self* self) {
#if TROUPE_CAF1
  return self->system().clock().now().time_since_epoch();
#else
  return self->clock().now().time_since_epoch();
#endif
}

/// Work sharing wakes idle workers in 0.1 ms where stealing takes up to 85.
inline void use_sharing(caf::actor_system_config& config, std::size_t threads) {
#if TROUPE_CAF1
  config.set("caf.scheduler.policy", "sharing");
  config.set("caf.scheduler.max-threads", threads);
#else
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", threads);
#endif
}

} // namespace troupe::compat
