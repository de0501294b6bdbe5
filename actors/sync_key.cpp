// SPDX-License-Identifier: BSD-3-Clause
// sync_supervisor and the key: what does not open, and what that means.
#include "actors/sync_supervisor.hpp"

namespace troupe {

using namespace std::chrono_literals;

namespace {

/// Transmissions that nobody can read before the key is to blame, and how
/// long the right one has got to come in between: anybody may send nonsense.
constexpr std::uint32_t refusals_enough = 3;
constexpr auto refusal_time = 300ms;

std::string_view explanation(content_rejected::cause why) {
  switch (why) {
  case content_rejected::cause::not_sealed:
    return " is shared without encryption";
  case content_rejected::cause::illegible:
    return " seems to be encrypted, and no key was given";
  default:
    return "";
  }
}

} // namespace

error sync_supervisor_state::settle_wire() {
  if (!request.key)
    return {};
  if (request.wire == wire_mode::range || request.known)
    return {errc::invalid_argument,
            "range channels are not encrypted: use the classic protocol with"
            " a key"};
  request.wire = wire_mode::classic;
  return {};
}

void sync_supervisor_state::on_rejected(const content_rejected& msg) {
  const auto at = compat::now(self);
  heard_anything = true;
  ++report.stats.chunks_rejected;
  window.rejected(msg.channel, at);
  if (auto* one = channels.find(msg.channel))
    one->symbols_missing = one->symbols;
  // Once an object was read, the key is right and others are damaged.
  if (msg.why == content_rejected::cause::wrong_hash || report.type) {
    last_trouble = {errc::hash_mismatch,
                    "what arrived does not match its hash"};
    return;
  }
  last_trouble = {errc::bad_key, "what came does not open"};
  if (refusals++ == 0)
    first_refusal = at;
  if (refusals >= refusals_enough && at - first_refusal >= refusal_time)
    end({errc::bad_key, subject() + std::string{explanation(msg.why)}});
}

} // namespace troupe
