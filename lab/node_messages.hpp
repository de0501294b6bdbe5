// SPDX-License-Identifier: BSD-3-Clause
// The part of the protocol that CAF sees.
#pragma once

#include "actors/caf_compat.hpp"
#include "actors/register_messages.hpp"
#include "lab/node_protocol.hpp"

#include <caf/actor_cast.hpp>
#include <caf/io/middleman.hpp>

namespace troupe::lab {

/// To oneself: time to look who is silent. Never leaves the process.
struct node_tick {};

/// Sends a word with text to another node, as from `from`. Any thread.
inline void send_from(const caf::actor& from, const caf::actor& to,
                      const char* word, const nlohmann::json& text) {
  // Text that a program printed need not be UTF-8.
  auto dumped =
      text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  compat::send_as(from, to, node_protocol, std::string{word}, std::move(dumped));
}

/// JSON that came from another node: an object of 4 MiB at most, or nothing.
inline std::optional<nlohmann::json> parse_node_text(const std::string& text) {
  if (text.size() > (std::size_t{4} << 20))
    return std::nullopt;
  auto parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object())
    return std::nullopt;
  return parsed;
}

} // namespace troupe::lab

TROUPE_BEGIN_MESSAGES(troupe_lab, TROUPE_FIRST_TYPE_ID + 180)
TROUPE_LOCAL_MESSAGE(troupe_lab, troupe::lab::node_tick)
TROUPE_END_MESSAGES(troupe_lab)

namespace troupe::lab {

/// The settings of a node's actor system: few threads, and the middleman. To be
/// made before the process has any actor system.
struct node_config : caf::actor_system_config {
  node_config() {
    register_messages();
    TROUPE_REGISTER_MESSAGES(troupe_lab);
    compat::use_module<caf::io::middleman>(*this);
    compat::use_sharing(*this, 2);
    compat::be_quiet(*this);
  }
};

} // namespace troupe::lab
