// SPDX-License-Identifier: BSD-3-Clause
// The interfaces of both ends, and what they have in common. Types of messages
// between nodes are CAF's own, so that it need not know ours.
#pragma once

#include "actors/caf_compat.hpp"
#include "actors/messages.hpp"

#include <caf/io/middleman.hpp>

namespace troupe {

/// To oneself. Never leaves the process.
struct relay_tick {};

/// A relay: what it was told to do by its process, and what the sharer says.
using relay_actor = compat::typed_actor<
    // What the link's hosts have reported.
    caf::result<void>(reports_heard),
    // The sharer has looked at a message: protocol, number.
    caf::result<void>(std::uint32_t, std::uint64_t),
    caf::result<void>(relay_tick)>;

/// What a relay knows of the sharer's end: protocol, number, records.
using relay_intake_actor = compat::typed_actor<
    caf::result<void>(std::uint32_t, std::uint64_t, std::string)>;

/// What the sharer's end knows of a relay.
using relay_ack_actor =
    compat::typed_actor<caf::result<void>(std::uint32_t, std::uint64_t)>;

/// The settings of an actor system with the middleman.
struct relay_config : caf::actor_system_config {
  relay_config() {
    load<caf::io::middleman>();
    compat::use_sharing(*this, 2);
    set("logger.verbosity", caf::atom("quiet"));
  }
};

} // namespace troupe

TROUPE_BEGIN_MESSAGES(troupe_relay, TROUPE_FIRST_TYPE_ID + 190)
TROUPE_LOCAL_MESSAGE(troupe_relay, troupe::relay_tick)
TROUPE_END_MESSAGES(troupe_relay)
