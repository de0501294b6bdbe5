// SPDX-License-Identifier: BSD-3-Clause
#include "tests/simulation/parties.hpp"
#include "tests/support/world.hpp"

#include <algorithm>

namespace troupe::test {

using namespace std::chrono_literals;

namespace {

using kind = channel_table::purpose::kind;
using phase = sync_supervisor_state::phase;

/// The most that the windows of docs/protocol.md allow, in chunks.
constexpr std::uint64_t largest_range_window = 640;
constexpr std::size_t open_channels_looked_at_each_time = 8;

std::uint64_t units_of_open_channels(const sync_supervisor_state& st) {
  std::uint64_t units = 0;
  for (const auto what : {kind::first_object, kind::tree_part, kind::manifest,
                          kind::leaves})
    units += st.channels.all(what).size();
  for (const auto id : st.channels.all(kind::item))
    units += st.units_of(st.cover[st.channels.find(id)->why.index]);
  return units;
}

} // namespace

syncing::syncing(const scenario& plan, std::size_t number, judge& court)
    : plan_(plan), mine_(plan.receivers[number]), number_(number),
      court_(court),
      to_(std::make_shared<destination>(mine_, plan.versions, court)) {}

void syncing::start(stepper& world,
                    const std::shared_ptr<watched_network>& net) {
  net_ = net;
  sync_request request;
  request.name = "file";
  request.type = plan_.type;
  request.destination = make_checked_sink(to_);
  request.receive.interface_index = static_cast<std::uint32_t>(number_ + 1);
  request.timeout = mine_.timeout;
  request.wire = mine_.wire;
  request.max_groups = mine_.max_groups;
  request.max_range_groups = mine_.max_range_groups;
  request.hash_jobs = mine_.hash_jobs;
  if (mine_.with != receiver_plan::key::none)
    request.key = *seal_key::from_bytes(pattern(
        seal_key_bytes, mine_.with == receiver_plan::key::right ? 1 : 2));
  sync_environment env;
  env.net = net;
  env.client = world.system.spawn(
      [this, &world](sync_client_actor::pointer)
          -> sync_client_actor::behavior_type {
        return {[this, &world](const sync_report& report) {
          on_report(report, world.net->now());
        }};
      });
  env.detached_writer = false;
  supervisor_ =
      world.system.spawn(sync_supervisor, std::move(request), std::move(env));
  was_started_ = is_alive_ = true;
  caf::actor_cast<caf::abstract_actor*>(supervisor_)
      ->attach_functor([this, &world](const caf::error&) {
        is_alive_ = false;
        ended_ = world.net->now();
      });
}

void syncing::cancel(time_point now) {
  if (!is_alive_)
    return;
  cancelled_ = now;
  compat::anon_send(supervisor_, cancel_sync{});
}

void syncing::suspend(stepper& world, time_point until) const {
  if (!is_alive_)
    return;
  world.freeze(supervisor_.id(), until);
  for (const auto& part : peek<sync_supervisor_state>(supervisor_).alive)
    world.freeze(part.id(), until);
}

bool syncing::owns(caf::actor_id who) const {
  if (!is_alive_)
    return false;
  const auto& alive = peek<sync_supervisor_state>(supervisor_).alive;
  return supervisor_.id() == who ||
         std::any_of(alive.begin(), alive.end(),
                     [&](const auto& part) { return part.id() == who; });
}

void syncing::note_kill(const std::string& name) {
  if (name == sync_supervisor_state::name)
    lost_supervisor_ = true;
  else if (name != "troupe.channel-receiver")
    lost_part_ = true;
}

void syncing::on_report(const sync_report& report, time_point) {
  reports_.push_back(report);
  to_->is_over = true;
  court_.demand(reports_.size() == 1, "a second report");
  court_.demand(!is_alive_, "a report of a sync that goes on");
  for (const auto& port : net_->ports)
    if (port->receiver == number_)
      court_.demand(port->is_closed && port->joined.empty(),
                    "a report while a group is joined");
}

void syncing::check(judge& court, time_point now) {
  if (!is_alive_)
    return;
  const auto& st = peek<sync_supervisor_state>(supervisor_);
  if (st.now == phase::closing && !closing_since_)
    closing_since_ = now;
  if (st.now == phase::closing)
    return;
  court.demand(!cancelled_ || now <= *cancelled_ + mine_.suspend_for + 1ms,
               "a sync that was cancelled goes on");
  check_window(court, st);
  check_deadline(court, st, now);
}

void syncing::check_window(judge& court,
                           const sync_supervisor_state& st) {
  const bool is_cheap =
      st.channels.size() <= open_channels_looked_at_each_time;
  if (is_cheap || ++looks_ % 16 == 0)
    court.demand(units_of_open_channels(st) == st.window.open_units(),
                 "the window's books do not balance");
  const auto most = st.native ? largest_range_window
                              : std::max<std::uint64_t>(mine_.max_groups, 1);
  const auto under_way = st.window.open_units() + st.unwritten;
  court.demand(under_way <= std::max<std::uint64_t>(most, range_chunks) ||
                   (!st.native && under_way <= most + 4),
               "more is under way than the window allows");
  court.demand(st.alive.size() <= largest_range_window,
               "more actors than channels");
  court.demand(st.now != phase::finishing ||
                   (st.unwritten == 0 && st.channels.size() == 0),
               "the end, but something is under way");
  court.demand(st.written <= st.cover.size(), "more written than asked for");
}

void syncing::check_deadline(judge& court, const sync_supervisor_state& st,
                             time_point now) {
  const bool is_at_disk =
      st.now == phase::finishing ||
      (st.now == phase::fetching && st.channels.size() == 0);
  const auto silence = now + stepper::clock_offset - st.last_sign;
  const auto most = mine_.timeout * (is_at_disk ? 10 : 1) + 2 * st.env.tick +
                    mine_.suspend_for + mine_.disk.delay;
  court.demand(silence <= most, "a wait outlived its deadline");
}

bool syncing::has_to_succeed() const {
  return test::has_to_succeed(plan_, mine_) && !lost_supervisor_ && !lost_part_;
}

bool syncing::may_end_with(errc code) const {
  using happens = sharer_event::what;
  const auto is_planned = [&](std::initializer_list<happens> any) {
    return std::any_of(plan_.events.begin(), plan_.events.end(),
                       [&](const auto& e) {
                         return std::find(any.begin(), any.end(), e.happens) !=
                                any.end();
                       });
  };
  const bool is_key_right =
      (mine_.with == receiver_plan::key::right) == plan_.is_sealed &&
      mine_.with != receiver_plan::key::wrong;
  // Of what is sealed, two transmissions that got mixed are wrong as well.
  const bool may_be_wrong = mine_.path.corruption > 0 || plan_.rival ||
                            plan_.is_sealed ||
                            is_planned({happens::lie, happens::restart});
  switch (code) {
  case errc::internal:
    return lost_part_;
  case errc::cancelled:
    return cancelled_.has_value();
  case errc::no_space:
  case errc::io_error:
    return to_->fault_hit;
  case errc::buffer_too_small:
    return mine_.has_small_buffer;
  case errc::bad_key:
    return !is_key_right || may_be_wrong;
  case errc::hash_mismatch:
  case errc::bad_object:
    return may_be_wrong;
  case errc::source_changed:
    return plan_.rival || is_planned({happens::restart});
  case errc::no_sharer:
  case errc::sharer_stopped:
  case errc::timed_out:
    return true;
  default:
    return false;
  }
}

void syncing::check_end(judge& court, bool is_sharer_dead) const {
  if (!was_started_)
    return;
  court.demand(!is_alive_, "a sync did not end");
  if (reports_.empty()) {
    court.demand(lost_supervisor_, "a sync ended without a report");
    return;
  }
  const auto& report = reports_.front();
  // The writer ends with its next message, or when it has looked at what it had
  // taken by then: its window, the beginning and the end.
  const auto last_messages =
      urgent_waits_for_taken ? std::max<std::uint32_t>(mine_.max_groups, 1) + 2
                             : 1;
  const auto slack = mine_.suspend_for + mine_.disk.delay * last_messages + 1ms;
  court.demand(!closing_since_ || ended_ <= *closing_since_ + slack,
               "a sync took too long to end");
  if (report.ok()) {
    court.demand(to_->version_now(report.stats.object_bytes) != nullptr,
                 "success, but the content is no version");
    court.demand(!to_->fault_hit || !to_->has_begun ||
                     to_->disk.what == disk_plan::fault::read_error,
                 "success, but the disk failed");
    return;
  }
  if (has_to_succeed() && !is_sharer_dead)
    court.broke("a sync failed that had to succeed: " +
                report.failure.message());
  if (!may_end_with(report.failure.code))
    court.broke("an error without a cause: " + report.failure.message());
  const bool may_be_new = report.failure.code == errc::cancelled ||
                          report.failure.code == errc::internal;
  court.demand(!to_->has_committed || may_be_new,
               "failure, but the new content is there");
  court.demand(to_->is_memory || to_->has_committed ||
                   to_->content == to_->before,
               "failure, and the old content is not what it was");
}

sync_ending syncing::ending() const {
  return {!reports_.empty(), reports_.empty() ? sync_report{} : reports_.front(),
          ended_};
}

} // namespace troupe::test
