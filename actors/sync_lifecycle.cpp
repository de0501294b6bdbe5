// SPDX-License-Identifier: BSD-3-Clause
// The other half of sync_supervisor: asking, waiting, ending.
#include "actors/channel_receiver.hpp"
#include "actors/sync_supervisor.hpp"
#include "core/hasher.hpp"

#include <algorithm>
#include <utility>

namespace troupe {

using namespace std::chrono_literals;
using kind = channel_table::purpose::kind;

namespace {

constexpr auto progress_interval = 100ms;
constexpr auto catalogue_patience = 50ms;
constexpr std::uint32_t max_receivers_lost = 16;
/// Disks may take their time, but not for ever.
constexpr auto disk_patience = 10;
/// A later tick than that means that the process was not running.
constexpr auto least_absence = 500ms;

} // namespace

std::vector<hash_type> sync_supervisor_state::candidate_types() const {
  if (request.type)
    return {*request.type};
  return available_hash_types();
}

std::string sync_supervisor_state::subject() const {
  return request.name.empty() ? std::string{"the object"}
                              : "'" + request.name + "'";
}

void sync_supervisor_state::ask_first() {
  ask_manifest(); // first: who has range channels answers them first
  if (request.wire == wire_mode::range)
    return;
  const auto types = candidate_types();
  if (request.id)
    return open_object(*request.id, {kind::first_object, 0}, types);
  for (const auto type : types) {
    const auto id = hash_of(type, request.name);
    const auto asked = channels.all(kind::first_object);
    if (std::none_of(asked.begin(), asked.end(), [&](channel_id other) {
          return channels.find(other)->group == group_of(id);
        }))
      open_object(id, {kind::first_object, 0}, {type});
  }
}

void sync_supervisor_state::ensure_idle_receiver() {
  if (channels.idle() > 0)
    return;
  auto receiver =
      self->spawn(channel_receiver, sync_supervisor_actor{self}, writer,
                  channel_receiver_options{});
  alive.push_back(receiver.address());
  compat::watch(self, receiver, [this](const auto& who, const auto& why) {
    on_child_down(who, why);
  });
  channels.add_receiver(std::move(receiver));
}

void sync_supervisor_state::open_object(const hash& node,
                                        channel_table::purpose why,
                                        std::vector<hash_type> types,
                                        object_check check,
                                        std::uint32_t most_bytes) {
  open_channel what;
  what.what = open_channel::content::object;
  what.size_bytes = most_bytes;
  what.id = node;
  what.types = std::move(types);
  what.check = std::move(check);
  const bool is_manifest =
      why.what == kind::manifest ||
      (why.what == kind::recheck && request.origin->is_manifest);
  if (!is_manifest && why.what != kind::leaves) {
    open(group_of(node), why, std::move(what));
    return;
  }
  const auto in_ranges =
      is_manifest ? channel_kind::manifest : channel_kind::leaves;
  what.id = channel_id_of(in_ranges, node);
  what.seal = seal;
  open(range_group(in_ranges, node), why, std::move(what));
}

void sync_supervisor_state::open_item(std::uint64_t item) {
  if (native)
    return open_range(item);
  const auto& chunk = plan->fetch[cover[item].fetch_begin];
  open_channel what;
  what.id = chunk.id;
  what.size_bytes = chunk.size_bytes;
  what.types = {remote->type()};
  what.pieces.reserve(chunk.places.size());
  for (const auto place : chunk.places)
    what.pieces.push_back({0, chunk.size_bytes, place * chunk_bytes});
  open(group_of(chunk.id), {kind::item, item}, std::move(what));
}

bool sync_supervisor_state::is_its_turn(const cover_item& item) const {
  const auto reach = request.destination->reach();
  if (!reach)
    return true;
  if (plan->fetch[item.fetch_begin].places.front() * chunk_bytes >= *reach)
    return false;
  // The same content for another place: one at a time.
  return !channels.is_open(group_of_item(item));
}

group_address
sync_supervisor_state::group_of_item(const cover_item& item) const {
  const auto& first = plan->fetch[item.fetch_begin];
  if (!native)
    return group_of(first.id);
  if (item.range == cover_item::single)
    return range_group(channel_kind::data, first.id);
  const auto cut = cut_tree(remote_tree->shape(), range_chunks);
  return range_group(channel_kind::data, remote_tree->node(cut.node(item.range)));
}

std::uint32_t sync_supervisor_state::units_of(const cover_item& item) const {
  if (item.range == cover_item::single)
    return 1;
  return static_cast<std::uint32_t>(
      cut_tree(remote_tree->shape(), range_chunks).chunks(item.range));
}

std::uint32_t sync_supervisor_state::group_limit() const {
  return std::max(native ? request.max_range_groups : request.max_groups, 1u);
}

std::uint32_t sync_supervisor_state::group_budget() const {
  // One is kept for asking whether the name still stands for the same.
  const auto limit = group_limit();
  return limit > 1 && request.origin ? limit - 1 : limit;
}

const object_header& sync_supervisor_state::header() const {
  return native ? native->header : remote->header();
}

channel_id sync_supervisor_state::open(const group_address& group,
                                       channel_table::purpose why,
                                       open_channel what) {
  ensure_idle_receiver(); // as many as were ever open at once: the window
  if (!seal || (!what.seal && what.what != open_channel::content::range))
    what.key = request.key;
  what.trusted = trusted;
  auto [receiver, command] = channels.open(group, why, std::move(what));
  if (why.what != kind::recheck) // which brings no content
    window.opened(command.channel, compat::now(self),
                  why.what == kind::item ? units_of(cover[why.index]) : 1);
  const auto id = command.channel;
  // Bounded: one command per open channel.
  compat::send(self, receiver, std::move(command));
  return id;
}

void sync_supervisor_state::fill_window() {
  // One channel may be open in any case, however small the window is.
  // The group that is kept for rechecks is no other's.
  auto limit = group_budget();
  if (limit < group_limit() && !channels.all(kind::recheck).empty())
    ++limit;
  const auto room = [&](std::uint32_t units) {
    return channels.groups() < limit &&
           (channels.size() + unwritten == 0 ||
            window.open_units() + unwritten + units <= window.capacity()) &&
           has_rate_for(units);
  };
  settle_rate(false);
  is_throttled = false;
  if (now == phase::gathering && native) {
    for (; blocks_asked < blocks.size() && room(1); ++blocks_asked)
      open_block(blocks[blocks_asked]);
  } else if (now == phase::gathering) {
    for (; parts_asked < remote->parts() && room(1); ++parts_asked)
      open_object(remote->part_hash(parts_asked),
                  {kind::tree_part, parts_asked}, {remote->type()}, {},
                  tree_part_bytes);
  } else if (now == phase::fetching) {
    for (; next_item < cover.size() && is_its_turn(cover[next_item]) &&
           room(units_of(cover[next_item]));
         ++next_item)
      open_item(next_item);
  }
}

bool sync_supervisor_state::has_rate_for(std::uint32_t units) {
  if (!request.rate)
    return true;
  const auto bytes = std::uint64_t{units} * chunk_bytes;
  is_throttled = !request.rate->ask(compat::now(self), bytes);
  rate_asked += is_throttled ? 0 : bytes;
  return !is_throttled;
}

void sync_supervisor_state::settle_rate(bool is_over) {
  if (!request.rate || !port)
    return;
  // Channels that need no leave count, too, until they are closed.
  const auto open =
      is_over ? std::uint64_t{0} : window.open_units() * chunk_bytes;
  const auto closed = static_cast<std::int64_t>(rate_asked) -
                      static_cast<std::int64_t>(open);
  const auto came = port->counters().bytes;
  request.rate->settle(compat::now(self),
                       came - std::exchange(rate_came, came),
                       closed - std::exchange(rate_closed, closed));
}

void sync_supervisor_state::await_rate(time_point at) {
  if (!request.rate || (now != phase::gathering && now != phase::fetching))
    return;
  fill_window();
  // Nobody is silent of whom nothing is wanted.
  if (is_throttled && channels.size() == 0)
    last_sign = at;
}

void sync_supervisor_state::flush() {
  if (port)
    channels.flush(*port);
}

void sync_supervisor_state::on_tick() {
  if (now == phase::closing)
    return;
  const auto at = compat::now(self);
  // Who did not run (SIGSTOP, a frozen virtual machine) has not listened: that
  // time is no silence of the sharer's.
  if (const auto missed = at - std::exchange(last_tick, at) - env.tick;
      missed > least_absence)
    last_sign += missed;
  if (port) {
    const auto dropped = port->counters().packets_dropped;
    if (dropped != drops_seen) {
      window.dropped_here(at);
      beware(); // it may be others who fill the socket's buffer
    }
    drops_seen = dropped;
    review_senders(at);
  }
  await_rate(at);
  // Who waits for a change need not ask again once a sharer knows of it.
  if (!request.other_than || !heard_anything)
    for (const auto silent : window.take_silent(at)) {
      ask_again(silent);
      ++report.stats.requests_repeated;
    }
  flush();
  if (local_build && local_build->ranges_done() != ranges_seen) {
    ranges_seen = local_build->ranges_done();
    last_sign = at;
  }
  tell_progress(at);
  // The sharer of a listing may have a catalogue, too: it answers both.
  if (now == phase::waiting && !report.object.empty() &&
      at - object_came > catalogue_patience)
    return end({});
  if (waits_for_manifest)
    compare();
  recheck_if_silent(at);
  give_up_if_silent(at);
  if (now != phase::closing)
    compat::send_later(self, env.tick, sync_tick{}); // one is under way
}

void sync_supervisor_state::give_up_if_silent(time_point at) {
  const auto silence = at - last_sign;
  const bool on_disk =
      now == phase::finishing ||
      (now == phase::fetching && channels.size() == 0 && unwritten > 0);
  if (silence < request.timeout * (on_disk ? disk_patience : 1))
    return;
  if (request.other_than)
    return end({errc::timed_out, subject() + " is what it was"});
  const auto seconds =
      std::to_string(std::chrono::duration_cast<std::chrono::seconds>(silence)
                         .count()) + " s";
  if (on_disk)
    return end({errc::timed_out, "the destination did not answer for " +
                                     seconds});
  if (now == phase::comparing ||
      (now == phase::gathering && native && !local_known))
    return end({errc::timed_out,
                "hashing the old content made no progress for " + seconds});
  const auto& trouble =
      report.type ? last_trouble : more_telling(doubt, last_trouble);
  if (trouble.code != errc::none)
    return end({trouble.code,
                subject() + ": " + trouble.what + ", and nothing better"
                " came for " + seconds});
  if (!heard_anything)
    return end({errc::no_sharer, "nobody answered for " + subject() + " in " +
                                     seconds});
  end({errc::sharer_stopped, "the sharer of " + subject() +
                                 " fell silent for " + seconds});
}

void sync_supervisor_state::tell_progress(time_point at) {
  if (!env.observer || at - last_progress < progress_interval)
    return;
  last_progress = at;
  sync_progress msg;
  switch (now) {
  case phase::waiting:
    msg.now = sync_progress::phase::waiting;
    break;
  case phase::gathering:
  case phase::comparing:
    msg.now = sync_progress::phase::comparing;
    break;
  case phase::fetching:
    msg.now = sync_progress::phase::fetching;
    break;
  default:
    msg.now = sync_progress::phase::finishing;
  }
  msg.bytes_total = plan ? plan->fetch_bytes : 0;
  msg.bytes_done = report.stats.bytes_fetched;
  msg.groups = static_cast<std::uint32_t>(channels.groups());
  msg.stats = report.stats;
  if (!report.type && doubt.code != errc::none)
    msg.doubt = {doubt.code, subject() + ": " + doubt.what};
  msg.stats.elapsed = at - started;
  if (port) {
    const auto seen = port->counters();
    msg.stats.bytes_wire = seen.bytes;
    msg.stats.packets = seen.packets;
  }
  compat::send(self, env.observer, msg); // ten a second at most
}

void sync_supervisor_state::end(error failure) {
  if (now == phase::closing)
    return;
  now = phase::closing;
  report.failure = std::move(failure);
  settle_rate(true);
  if (port) {
    port->close(); // upstream first: no packet comes any more
    const auto seen = port->counters();
    report.stats.bytes_wire = seen.bytes;
    report.stats.packets = seen.packets;
    report.stats.packets_dropped = seen.packets_dropped;
    port.reset();
  }
  if (local_build) {
    local_build->abandon();
    local_build->hash_next_range(); // accounts for what nobody will take
  }
  for (const auto& child : alive)
    compat::end_child(self, child); // once for each
  report_if_alone();
}

void sync_supervisor_state::on_child_down(const caf::actor_addr& who,
                                          const caf::error&) {
  if (who == env.client.address())
    return end({errc::cancelled, "whoever asked for it has ended"});
  if (std::erase(alive, who) == 0)
    return;
  if (now == phase::closing)
    return report_if_alone();
  const auto is_builder =
      std::any_of(builders.begin(), builders.end(),
                  [&](const auto& b) { return b.address() == who; });
  if (is_builder || who == writer.address() || who == comparer.address())
    return end({errc::internal, "a part of the sync died"});
  const auto id = channels.remove_receiver(who);
  if (++receivers_lost > max_receivers_lost)
    return end({errc::internal, "channel receivers keep dying"});
  if (!id)
    return;
  // Open the same channel again, on another receiver.
  const auto why = *channels.close(*id);
  window.closed(*id, compat::now(self));
  switch (why.what) {
  case kind::first_object:
    ask_first();
    break;
  case kind::manifest:
    ask_manifest();
    break;
  case kind::tree_part:
    open_object(remote->part_hash(why.index), why, {remote->type()}, {},
                tree_part_bytes);
    break;
  case kind::leaves:
    open_block(why.index);
    break;
  case kind::item:
    open_item(why.index);
    break;
  case kind::recheck: // in a while
    break;
  }
  flush();
}

void sync_supervisor_state::report_if_alone() {
  if (!alive.empty())
    return;
  // A job on somebody else's thread may still read the old content; the last
  // one says so with tree_built.
  if (local_build && local_build->ranges_done() < local_build->ranges())
    return;
  request.destination->discard();
  request.destination.reset();
  chosen_later.reset(); // the next sync may want the same place
  report.stats.elapsed = compat::now(self) - started;
  if (report.ok())
    report.content_tree = remote_tree;
  compat::send(self, env.client, report); // the only one
  self->quit();
}

} // namespace troupe
