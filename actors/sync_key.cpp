// SPDX-License-Identifier: BSD-3-Clause
// sync_supervisor and the key: what does not open, and what that means.
#include "actors/sync_supervisor.hpp"
#include "core/subtree.hpp"
#include "transport/range_packet.hpp"

#include <cstring>

#include <algorithm>

namespace troupe {

using namespace std::chrono_literals;

namespace {

/// Transmissions that nobody can read before the key is in doubt, and how
/// long the right one has got to come in between: anybody may send nonsense.
constexpr std::uint32_t refusals_enough = 3;
constexpr auto refusal_time = 300ms;
/// Sooner than that nobody is asked again to send what does not open.
constexpr auto doubtful_wait = 500ms;

const char* explanation(content_rejected::cause why) {
  switch (why) {
  case content_rejected::cause::not_sealed:
    return "what came is shared without encryption";
  case content_rejected::cause::illegible:
    return "what came seems to be encrypted, and no key was given";
  default:
    return "what came does not open";
  }
}

} // namespace

error sync_supervisor_state::settle_wire() {
  if (request.trust && !request.known) {
    if (request.wire == wire_mode::classic || request.id)
      return {errc::invalid_argument,
              "what is to be signed is asked for by name and by range"
              " channels"};
    request.wire = wire_mode::range;
  }
  if (!request.key)
    return {};
  auto made = range_seal::from(*request.key);
  if (!made)
    return made.error();
  seal = std::move(*made);
  return {};
}

group_address sync_supervisor_state::range_group(channel_kind what,
                                                 const hash& node,
                                                 std::uint32_t index) const {
  // Who has the wrong key must find the manifest, to see that it is wrong.
  if (seal && what == channel_kind::manifest)
    return group_of(channel_id_of(channel_kind::sealed_manifest, node));
  const auto id = channel_id_of(what, node, index);
  return group_of(seal ? seal->mask(id) : id);
}

std::uint32_t sync_supervisor_state::tag_of(const hash& node,
                                            std::uint32_t block_bytes) const {
  return seal ? seal->key_of(channel_id_of(channel_kind::data, node),
                             block_bytes, native->symbol_bytes)
                    .tag
              : range_tag(node);
}

void sync_supervisor_state::on_rejected(const content_rejected& msg) {
  const auto at = compat::now(self);
  heard_anything = true;
  ++report.stats.chunks_rejected;
  window.rejected(msg.channel, at);
  if (auto* one = channels.find(msg.channel))
    one->symbols_missing = std::min(msg.symbols_missing, one->symbols);
  beware_of(msg.from);
  // Once an object was read, the key is right and others are damaged.
  if (msg.why == content_rejected::cause::wrong_hash || report.type) {
    last_trouble = {errc::hash_mismatch,
                    "what arrived does not match its hash"};
    return;
  }
  last_trouble = more_telling(last_trouble,
                              {errc::bad_key, explanation(msg.why)});
  if (refusals++ == 0)
    first_refusal = at;
  if (refusals < refusals_enough || at - first_refusal < refusal_time)
    return;
  doubt = {errc::bad_key, explanation(msg.why)};
  window.be_patient(doubtful_wait);
  // A forger, whom nobody has to believe, cannot end what only the right
  // sharer can bring. Any content will do for a mere name.
  if (!request.key && !request.trust && !request.is_exact)
    end({doubt.code, subject() + ": " + doubt.what});
}

object_check sync_supervisor_state::check_of_manifest() const {
  if (!request.trust && !request.other_than)
    return {};
  return [trust = request.trust, name = request.name,
          known = request.other_than, limit = request.limit_bytes](
             std::span<const std::byte> object) -> error {
    if (trust)
      if (auto refused = trust->check(name, object);
          refused.code != errc::none)
        return refused;
    if (!known)
      return {};
    const auto within = manifest_within(object);
    if (const auto value = within ? parse_manifest(*within, limit)
                                  : expected<manifest>{within.error()})
      return value->root == *known
                 ? error{errc::timed_out, "what is known already"}
                 : error{};
    else
      return value.error();
  };
}

object_check
sync_supervisor_state::check_of_leaves(std::uint64_t index) const {
  const auto cut = native->cut();
  return [type = native->type, width = cut.width, count = cut.chunks(index),
          node = native->blocks[index], is_signed = request.trust != nullptr](
             std::span<const std::byte> object) -> error {
    std::vector<hash> each(count);
    if (object.size() == count * hash_bytes) {
      std::memcpy(each.data(), object.data(), object.size());
      if (fold_leaves(type, each, width) == node)
        return {};
    }
    return {is_signed ? errc::mixed_content : errc::hash_mismatch,
            "leaf hashes that fold to nothing"};
  };
}

void sync_supervisor_state::on_refused(const object_refused& msg) {
  heard_anything = true;
  ++report.stats.objects_refused;
  window.rejected(msg.channel, compat::now(self));
  if (request.other_than)
    return; // mostly that nothing has changed
  last_trouble = more_telling(last_trouble, msg.why);
}

} // namespace troupe
