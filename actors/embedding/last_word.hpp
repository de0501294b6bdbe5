// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/caf_compat.hpp"
#include "core/errc.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace troupe {

/// What tests want otherwise.
struct keeper_options {
  /// Who blocks has a thread of its own; false on a test scheduler.
  bool detached = true;
};

/// The one last message to a client: what is said first counts. Any thread.
template <class Client, class Message>
class last_word {
public:
  explicit last_word(Client client) : client_(std::move(client)) {}

  void say(Message message) {
    if (!said_.exchange(true))
      compat::anon_send(client_, std::move(message)); // the only one
  }

private:
  Client client_;
  std::atomic<bool> said_{false};
};

/// Why a client hears of an actor of ours that ended without a word.
error why_ended(const caf::error& reason);

/// When `self` ends, however that comes, `say(why)` is called: on its thread,
/// or on that of whoever ends it. For what only a last word can do: it must not
/// touch the actor.
template <class Self, class F>
void when_it_ends(Self* self, F say) {
  self->attach_functor(
      [say](const caf::error& reason) { say(why_ended(reason)); });
}

} // namespace troupe
