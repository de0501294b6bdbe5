// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sync_supervisor.hpp"

#include "actors/chunk_writer.hpp"
#include "actors/die_quietly.hpp"
#include "actors/differ.hpp"
#include "actors/tree_builder.hpp"
#include "core/hasher.hpp"
#include "core/look_sink.hpp"

#include <algorithm>
#include <thread>

namespace troupe {

using namespace std::chrono_literals;
using kind = channel_table::purpose::kind;

namespace {

/// Others may have asked for the classic tree just before: it comes first
/// then, though the sharer has range channels, too.
constexpr auto manifest_patience = 50ms;
/// What is smaller comes sooner by the classic protocol than after a wait.
constexpr std::uint64_t least_native_bytes = 512 << 10;

} // namespace

void sync_supervisor_state::start() {
  report.tag = request.tag;
  is_part = request.origin.has_value();
  if (request.choose) {
    chosen_later = std::make_shared<late_sink>();
    request.destination = chosen_later;
  }
  started = last_sign = last_tick = compat::now(self);
  compat::watch(self, env.client, [this](const auto& who, const auto& why) {
    on_child_down(who, why);
  });
  if (auto e = settle_wire(); e.code != errc::none)
    return end(std::move(e));
  if (request.other_than) {
    request.wire = wire_mode::range;
    request.destination = std::make_shared<look_sink>(nullptr);
  }
  auto opened = env.net->open_receiver(request.receive);
  if (!opened)
    return end(opened.error());
  port = std::move(*opened);
  fetch_window_options options;
  options.max_units = std::max(request.max_groups, 1u);
  options.min_units = std::min(options.min_units, options.max_units);
  window = fetch_window{options};
  const auto parent = sync_supervisor_actor{self};
  writer = env.detached_writer
               ? self->spawn<caf::detached>(chunk_writer, request.destination,
                                            parent)
               : self->spawn(chunk_writer, request.destination, parent);
  comparer = self->spawn(differ, parent);
  for (const auto& child :
       {caf::actor_cast<caf::actor>(writer), caf::actor_cast<caf::actor>(comparer)}) {
    alive.push_back(child.address());
    compat::watch(self, child, [this](const auto& who, const auto& why) {
      on_child_down(who, why);
    });
  }
  // Local hashing overlaps the wait for the remote tree when only one hash
  // type can be meant.
  if (const auto types = candidate_types(); types.size() == 1 && !chosen_later)
    start_hashing(types.front());
  if (request.known)
    adopt(*request.known);
  else
    ask_first();
  flush();
  compat::send_later(self, env.tick, sync_tick{});
}

void sync_supervisor_state::on_object(const object_verified& msg) {
  const auto why = channels.close(msg.channel);
  const auto at = compat::now(self);
  window.closed(msg.channel, at);
  if (!why || now == phase::closing)
    return;
  heard_anything = true;
  report.stats.symbols_source += msg.symbols_source;
  report.stats.symbols_repair += msg.symbols_repair;
  if (why->what == kind::first_object && now == phase::waiting)
    on_first_object(msg);
  else if (why->what == kind::tree_part && now == phase::gathering && remote)
    on_tree_part(why->index, msg);
  else if (why->what == kind::manifest)
    on_manifest(msg);
  else if (why->what == kind::recheck) {
    on_recheck(msg);
    fill_window(); // its group may have been the one that was lacking
  } else if (why->what == kind::leaves && now == phase::gathering && native)
    on_leaves(why->index, msg);
  flush();
}

void sync_supervisor_state::on_first_object(const object_verified& msg) {
  auto object =
      remote_object::from_first(msg.type, msg.data, request.limit_bytes);
  if (!object) {
    // Anybody may send to the name's group: keep waiting for a sound object.
    last_trouble = object.error();
    if (last_trouble.code == errc::too_large)
      return end(last_trouble);
    return ask_first();
  }
  if (request.is_exact && object->id() != request.id) {
    last_trouble = {errc::hash_mismatch, "another object than was asked for"};
    return ask_first();
  }
  const auto at = compat::now(self);
  note_sender(msg.from);
  if (!doubtful)
    last_sign = at;
  close_all(kind::first_object);
  remote = std::move(*object);
  report.type = msg.type;
  window.be_patient(0ns);
  report.kind = remote->header().kind();
  report.name = remote->header().name;
  report.stats.object_bytes = remote->header().size;
  report.stats.first_object_bytes = remote->first_bytes();
  object_came = at;
  note_origin(remote->id(), false);
  if (!remote->has_tree() && request.report_objects) {
    report.object = msg.data;
    return channels.all(kind::manifest).empty() ? end({}) : void();
  }
  report.header = remote->header();
  if (request.depth == sync_depth::list && remote->has_tree())
    return end({});
  if (!remote->has_tree())
    return end({errc::unsupported,
                subject() + (report.kind == object_kind::directory
                                 ? " is a directory; only files and memory"
                                   " can be synchronised"
                                 : " is a symbolic link; only files and memory"
                                   " can be synchronised")});
  report.stats.chunks =
      remote->header().size ? chunk_count(remote->header().size) : 0;
  if (!choose_destination({remote->header(), false}))
    return;
  start_hashing(msg.type);
  now = phase::gathering;
  parts_asked = 1;
  if (remote->complete())
    return tree_complete();
  fill_window();
}

bool sync_supervisor_state::choose_destination(const arrival& what) {
  if (!chosen_later)
    return has_room(what.header.size);
  if (chosen_later->is_set() && chosen_for_catalogue != what.is_catalogue) {
    end({errc::bad_object, subject() + " is a file and a directory: more than"
                                       " one host shares it"});
    return false;
  }
  if (chosen_later->is_set())
    return true;
  chosen_for_catalogue = what.is_catalogue;
  auto place = request.choose(what);
  if (!place || !*place) {
    end(place ? error{} : place.error());
    return false;
  }
  chosen_later->set(std::move(*place));
  return has_room(what.header.size);
}

bool sync_supervisor_state::has_room(std::uint64_t length) {
  // Before a leaf of the tree is asked for: whoever announces a large object
  // need not have one.
  auto lacking = request.destination->check_room(length);
  if (lacking.code == errc::none)
    return true;
  end(std::move(lacking));
  return false;
}

void sync_supervisor_state::on_tree_part(std::uint64_t index,
                                         const object_verified& msg) {
  if (msg.type != remote->type() || !remote->add_part(index, msg.data)) {
    last_trouble = {errc::bad_object, "a part of the tree has a wrong length"};
    return open_object(remote->part_hash(index), {kind::tree_part, index},
                       {remote->type()}, {}, tree_part_bytes);
  }
  note_sender(msg.from);
  if (!doubtful)
    last_sign = compat::now(self);
  if (remote->complete())
    return tree_complete();
  fill_window();
}

void sync_supervisor_state::tree_complete() {
  auto tree = remote->tree();
  if (!tree) {
    // Each part was what its sender meant it to be, but together they are no
    // tree: forged or mixed. Start again; the deadline bounds this, since
    // from now on only a sound tree counts as a sign of life.
    last_trouble = tree.error();
    doubtful = true;
    remote.reset();
    now = phase::waiting;
    return ask_first();
  }
  remote_tree = std::make_shared<const merkle_tree>(std::move(*tree));
  report.root = remote_tree->root();
  doubtful = false;
  last_sign = compat::now(self);
  now = phase::comparing;
  compare();
}

void sync_supervisor_state::start_hashing(hash_type type) {
  if (local_build || local_known)
    return;
  const auto old = request.destination->old();
  if (!old || old->size() == 0) {
    local_known = true;
    return;
  }
  if (request.old_tree && request.old_tree->type == type) {
    local_tree = std::shared_ptr<const merkle_tree>{request.old_tree,
                                                    &request.old_tree->tree};
    local_known = true;
    return;
  }
  if (auto known = request.trees ? request.trees->find(*old, type)
                                 : std::nullopt) {
    local_tree = std::make_shared<const merkle_tree>(std::move(*known));
    local_known = true;
    return;
  }
  hashing_started = compat::now(self);
  hashing_type = type;
  local_build = std::make_shared<tree_build>(type, old, request.unchanged);
  auto jobs = request.hash_jobs ? request.hash_jobs
                                : std::max(std::thread::hardware_concurrency(), 1u);
  jobs = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(jobs, local_build->ranges()));
  for (std::uint32_t i = 0; i < jobs; ++i) {
    auto builder = self->spawn(tree_builder, sync_supervisor_actor{self},
                               request.run_jobs);
    alive.push_back(builder.address());
    compat::watch(self, builder, [this](const auto& who, const auto& why) {
      on_child_down(who, why);
    });
    compat::send(self, builder, build_tree{local_build}); // one each
    builders.push_back(std::move(builder));
  }
}

void sync_supervisor_state::on_tree_built(const tree_built& msg) {
  last_sign = compat::now(self);
  report.stats.hashing = last_sign - hashing_started;
  if (now == phase::closing)
    return report_if_alone();
  if (!msg.tree)
    return end({msg.failure.code, "cannot read the old content: " +
                                      msg.failure.message()});
  local_tree = msg.tree;
  local_known = true;
  if (const auto old = request.destination->old(); request.trees && old)
    request.trees->put(*old, hashing_type, *local_tree);
  local_build.reset();
  if (native && now == phase::gathering)
    want_blocks();
  else
    compare();
  flush();
}

bool sync_supervisor_state::may_be_native() const {
  return !native && remote->header().size >= least_native_bytes &&
         !channels.all(kind::manifest).empty() &&
         compat::now(self) - object_came < manifest_patience;
}

void sync_supervisor_state::compare() {
  if (now != phase::comparing || !local_known || plan)
    return;
  // on_tick() or the manifest goes on.
  waits_for_manifest = may_be_native();
  if (waits_for_manifest)
    return;
  // Once a sync: the answer moves it on to the next phase.
  compat::send(self, comparer, diff_trees{local_tree, remote_tree,
                                          request.destination->left_over()});
}

void sync_supervisor_state::on_plan(const trees_compared& msg) {
  // Of a tree that was given up meanwhile it says nothing.
  if (now != phase::comparing || plan || msg.new_tree != remote_tree)
    return;
  last_sign = compat::now(self);
  const auto reach = request.destination->reach();
  plan = msg.plan;
  if (reach)
    plan = std::make_shared<const sync_plan>(fetch_in_order(
        *plan, request.destination->order_window() / chunk_bytes));
  if (request.unwanted)
    plan = std::make_shared<const sync_plan>(without(*plan, *request.unwanted));
  auto& stats = report.stats;
  stats.chunks_kept = kept_chunks();
  stats.chunks_copied = plan->copy.size();
  for (const auto& copy : plan->copy)
    stats.bytes_replaced += copy.size_bytes;
  for (const auto& chunk : plan->fetch)
    stats.bytes_replaced += chunk.size_bytes * chunk.places.size();
  const auto old = request.destination->old();
  report.is_unchanged = !request.destination->left_over() &&
                        ((plan->nothing_to_do && local_tree) ||
                         (old && old->size() == 0 && header().size == 0));
  if (only_compares())
    return end_compared();
  if (report.is_unchanged && !request.destination->has_more_to_commit()) {
    const auto& m = request.metadata;
    if (!m.owner && !m.group && !m.mode && !m.mtime && !m.atime)
      return end({});
    now = phase::finishing;
    // Once, and all that the writer gets.
    return compat::send(self, writer,
                        finish_object{header().metadata, m, true});
  }
  cover = cover_plan(*plan, remote_tree->shape(), wanted_of_4());
  if (!reach)
    join_others();
  close_all(kind::manifest);
  now = phase::fetching;
  // Once, first of all that the writer gets.
  compat::send(self, writer, begin_object{remote_tree->shape().length, plan});
  fill_window();
  flush();
  finish_if_complete();
}

std::uint64_t sync_supervisor_state::kept_chunks() const {
  auto count = plan->keep.count();
  if (const auto& unwanted = request.unwanted)
    for (auto chunk = unwanted->next(0); chunk < unwanted->chunks();
         chunk = unwanted->next(chunk + 1))
      count -= plan->keep.contains(chunk);
  return count;
}

std::uint32_t sync_supervisor_state::wanted_of_4() const {
  const bool has_ranges =
      native.has_value() &&
      (!request.rate ||
       request.rate->is_smooth_for(std::uint64_t{range_chunks} * chunk_bytes));
  return has_ranges ? 3 : 5;
}

bool sync_supervisor_state::only_compares() const {
  // A catalogue is what the destination is compared with.
  return request.depth == sync_depth::compare && !chosen_for_catalogue;
}

void sync_supervisor_state::end_compared() {
  report.plan = plan;
  if (plan->fetch.empty())
    return end({});
  const auto& shape = remote_tree->shape();
  const auto ranges = cut_tree(shape, range_chunks);
  for (const auto& item : cover_plan(*plan, shape, wanted_of_4())) {
    ++report.groups_planned;
    report.bytes_planned += item.range == cover_item::single
                                ? plan->fetch[item.fetch_begin].size_bytes
                                : ranges.bytes(item.range).length;
  }
  end({});
}

void sync_supervisor_state::on_chunk(const chunk_verified& msg) {
  const auto* channel = channels.find(msg.channel);
  const auto answered = channel != nullptr ? *channel : channel_table::channel{};
  const auto why = channels.close(msg.channel);
  last_sign = compat::now(self);
  window.closed(msg.channel, last_sign);
  note_sender(msg.from);
  if (!why || now != phase::fetching)
    return;
  heard_anything = true;
  auto& stats = report.stats;
  const auto& item = cover[why->index];
  stats.chunks_fetched += item.fetch_count;
  for (std::uint64_t i = 0; i < item.fetch_count; ++i)
    stats.bytes_fetched += plan->fetch[item.fetch_begin + i].size_bytes;
  stats.symbols_source += msg.symbols_source;
  stats.symbols_repair += msg.symbols_repair;
  unwritten += units_of(item);
  ask_overtaken(answered);
  fill_window();
  flush();
}

void sync_supervisor_state::on_written(const chunk_written& msg) {
  if (now != phase::fetching)
    return;
  last_sign = compat::now(self);
  unwritten -= chunk_count(msg.bytes);
  ++written;
  fill_window();
  flush();
  finish_if_complete();
}

void sync_supervisor_state::finish_if_complete() {
  if (now != phase::fetching || written != cover.size())
    return;
  now = phase::finishing;
  // All of a version is there, whatever the name stands for by now.
  close_all(kind::recheck);
  flush();
  // Once, last of all that the writer gets.
  compat::send(self, writer,
               finish_object{header().metadata, request.metadata, false});
}

sync_supervisor_actor::behavior_type sync_supervisor(
    sync_supervisor_actor::stateful_pointer<sync_supervisor_state> self,
    sync_request request, sync_environment env) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.self = self;
  st.request = std::move(request);
  st.env = std::move(env);
  compat::on_down(self, [&st](const auto& who, const auto& why) {
    st.on_child_down(who, why);
  });
  compat::on_exit(self, [&st](const caf::exit_msg&) {
    st.end({errc::cancelled, "the actor was told to exit"});
  });
  st.start();
  return {
      [&st](const tree_built& msg) { st.on_tree_built(msg); },
      [&st](const trees_compared& msg) { st.on_plan(msg); },
      [&st](const symbols_arrived& msg) { st.on_symbols(msg); },
      [&st](const content_rejected& msg) { st.on_rejected(msg); },
      [&st](const answer_due& msg) { st.on_answer_due(msg); },
      [&st](const object_refused& msg) { st.on_refused(msg); },
      [&st](const range_rejected& msg) { st.on_range_rejected(msg); },
      [&st](const object_verified& msg) { st.on_object(msg); },
      [&st](const chunk_verified& msg) { st.on_chunk(msg); },
      [&st](const chunk_written& msg) { st.on_written(msg); },
      [&st](const object_finished&) { st.end({}); },
      [&st](const write_failed& msg) { st.end(msg.failure); },
      [&st](sync_tick) { st.on_tick(); },
      [&st](cancel_sync) { st.end({errc::cancelled, st.subject()}); },
  };
}

} // namespace troupe
