// SPDX-License-Identifier: BSD-3-Clause
// The rest of the bridge between CAF 0.17 and CAF 1.x (troupe/caf.hpp): what
// actors do.
#pragma once

#include "troupe/caf.hpp"

#include <caf/actor_cast.hpp>
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
#include <caf/abstract_actor.hpp>
#include <caf/anon_mail.hpp>
#include <caf/mailbox_element.hpp>
#endif

#include <chrono>
#include <cstddef>
#include <utility>

#if TROUPE_CAF1
/// After TROUPE_END_MESSAGES of a block, before the first actor system.
#define TROUPE_REGISTER_MESSAGES(block)                                        \
  caf::init_global_meta_objects<caf::id_block::block>()
#else
#define TROUPE_REGISTER_MESSAGES(block) static_cast<void>(0)
#endif

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

/// Sends a message as if `from` did. Any thread; asynchronous. Nothing happens
/// if there is no receiver.
template <class... Parts>
void send_as(const caf::actor& from, const caf::actor& to, Parts&&... parts) {
#if TROUPE_CAF1
  if (auto* receiver = caf::actor_cast<caf::abstract_actor*>(to))
    receiver->enqueue(
        caf::make_mailbox_element(caf::actor_cast<caf::strong_actor_ptr>(from),
                                  caf::make_message_id(),
                                  std::forward<Parts>(parts)...),
        nullptr);
#else
  caf::send_as(from, to, std::forward<Parts>(parts)...);
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
  auto msg = caf::make_message(
      caf::exit_msg{self->address(), caf::exit_reason::user_shutdown});
  const auto urgent = caf::make_message_id(caf::message_priority::high);
#if TROUPE_CAF1
  to->enqueue(caf::make_mailbox_element(self->ctrl(), urgent, std::move(msg)),
              self->context());
#else
  to->enqueue(self->ctrl(), urgent, std::move(msg), self->context());
#endif
}

/// Calls `f(message)` when somebody tells the actor to end, but for kill, which
/// ends it at once. Once per actor.
template <class Self, class F>
void on_exit(Self* self, F f) {
#if TROUPE_CAF1
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // clang knows it too
#endif
  self->set_exit_handler([f](const caf::exit_msg& message) { f(message); });
#if TROUPE_CAF1
#pragma GCC diagnostic pop
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

/// No line of CAF's own on the console.
inline void be_quiet(caf::actor_system_config& config) {
#if TROUPE_CAF1
  config.set("caf.logger.console.verbosity", "quiet");
#else
  config.set("logger.verbosity", caf::atom("quiet"));
#endif
}

/// Loads a module of CAF, and what CAF 1.x has to know about its messages.
template <class Module>
void use_module(caf::actor_system_config& config) {
#if TROUPE_CAF1
  Module::init_global_meta_objects();
#endif
  config.load<Module>();
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
