// SPDX-License-Identifier: BSD-3-Clause
// sync_supervisor when nothing comes any more: perhaps the file has changed,
// and its sharer has another version of it by now.
#include "actors/sync_supervisor.hpp"
#include "core/hasher.hpp"

namespace troupe {

using namespace std::chrono_literals;
using kind = channel_table::purpose::kind;

namespace {

/// Longer than what is lost is silent for; shorter than anybody's patience.
constexpr auto suspicious_silence = 700ms;
constexpr auto recheck_interval = 1s;

} // namespace

void sync_supervisor_state::note_origin(const hash& object, bool is_manifest) {
  if (!is_part) {
    const auto type = *report.type;
    request.origin = sync_origin{
        request.id ? *request.id : hash_of(type, request.name), type, object,
        is_manifest};
  }
  report.origin = request.origin;
}

void sync_supervisor_state::recheck_if_silent(time_point at) {
  const bool waits_for_sharer =
      (now == phase::waiting && is_part) ||
      (now == phase::gathering && (!native || local_known)) ||
      (now == phase::fetching && channels.size() > 0);
  if (!waits_for_sharer || !request.origin ||
      at - last_sign < suspicious_silence ||
      at - rechecked < recheck_interval ||
      channels.groups() >= group_limit() ||
      !channels.all(kind::recheck).empty())
    return;
  rechecked = at;
  const auto& origin = *request.origin;
  open_object(origin.channel, {kind::recheck, 0}, {origin.type},
              origin.is_manifest ? check_of_manifest() : object_check{});
  flush();
}

void sync_supervisor_state::on_recheck(const object_verified& msg) {
  // No sign of life: whoever says that nothing has changed sends nothing.
  std::optional<hash> there;
  if (request.origin->is_manifest) {
    const auto within = manifest_within(msg.data.view());
    if (const auto value = within ? parse_manifest(*within, request.limit_bytes)
                                  : expected<manifest>{within.error()})
      there = value->root;
  } else if (const auto value = remote_object::from_first(
                 msg.type, msg.data, request.limit_bytes)) {
    there = value->id();
  }
  if (!there || *there == request.origin->object)
    return;
  report.is_superseded = true;
  end({errc::source_changed,
       subject() + " is shared with another content by now"});
}

} // namespace troupe
