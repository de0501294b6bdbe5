// SPDX-License-Identifier: BSD-3-Clause
// sync_supervisor and strangers: whom to listen to when somebody sends nonsense.
#include "actors/sync_supervisor.hpp"

#include <algorithm>

namespace troupe {

using namespace std::chrono_literals;

namespace {

/// As long as nothing more is verified, others may be the better sharer.
constexpr auto trust_lasts = 1s;

} // namespace

void sync_supervisor_state::note_sender(const ip6_address& who) {
  trust_won = compat::now(self);
  const auto known = std::find(trusted.begin(), trusted.end(), who);
  if (known == trusted.begin() && known != trusted.end())
    return;
  if (known != trusted.end())
    trusted.erase(known);
  trusted.insert(trusted.begin(), who);
  trusted.resize(std::min(trusted.size(), max_heard));
  if (is_wary && port)
    port->hear_only(trusted);
}

void sync_supervisor_state::beware_of(const ip6_address& who) {
  // Who sent right things too, or says that it is the same, cannot be told
  // apart: then collecting starts again, and that is all.
  if (std::find(trusted.begin(), trusted.end(), who) == trusted.end())
    beware();
}

void sync_supervisor_state::beware() {
  if (trusted.empty() || is_wary || !port)
    return;
  is_wary = true;
  port->hear_only(trusted);
}

void sync_supervisor_state::review_senders(time_point at) {
  if (channels.size() == 0) // nobody has anything to send
    trust_won = at;
  if (!is_wary || at - trust_won < trust_lasts)
    return;
  is_wary = false;
  trusted.clear();
  port->hear_only({});
}

} // namespace troupe
