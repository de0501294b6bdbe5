// SPDX-License-Identifier: BSD-3-Clause
#include "actors/tree_supervisor.hpp"

#include "actors/die_quietly.hpp"
#include "actors/entry_names.hpp"
#include "core/hasher.hpp"
#include "core/look_sink.hpp"

#include <algorithm>

namespace troupe {

using kind = tree_supervisor_state::part::kind;

namespace {

/// A file that changes faster than it is fetched is never fetched.
constexpr std::uint32_t most_restarts = 8;

void add(sync_stats& sum, const sync_stats& one) {
  sum.object_bytes += one.object_bytes;
  sum.chunks += one.chunks;
  sum.chunks_kept += one.chunks_kept;
  sum.chunks_copied += one.chunks_copied;
  sum.chunks_fetched += one.chunks_fetched;
  sum.bytes_fetched += one.bytes_fetched;
  sum.bytes_replaced += one.bytes_replaced;
  sum.bytes_wire += one.bytes_wire;
  sum.packets += one.packets;
  sum.symbols_source += one.symbols_source;
  sum.symbols_repair += one.symbols_repair;
  sum.requests_repeated += one.requests_repeated;
  sum.chunks_rejected += one.chunks_rejected;
  sum.objects_refused += one.objects_refused;
  sum.packets_dropped += one.packets_dropped;
  sum.hashing += one.hashing;
}

} // namespace

void tree_supervisor_state::start() {
  if (restarts == 0) {
    started = compat::now(self);
    compat::watch(self, env.client, [this](const auto& who, const auto&) {
      on_child_down(who);
    });
  }
  auto first = request_of_part();
  first.name = request.name;
  first.id = request.id;
  first.metadata = request.metadata;
  catalogue_bytes = std::make_shared<blob_sink>(
      max_catalogue_bytes,
      request.trees ? recall_catalogue(request.trees->folder(), catalogue_key())
                    : nullptr);
  // Runs in the part, which we outlive, and before it reports.
  first.choose = [this](const arrival& what)
      -> expected<std::shared_ptr<sink>> {
    if (what.is_catalogue)
      return std::shared_ptr<sink>{catalogue_bytes};
    const auto place = place_of_file(what.header.name);
    file_path = place;
    if (request.tree->list_changes || request.depth != sync_depth::all)
      file_there = look_at_entry(place);
    if (request.depth != sync_depth::all)
      return make_look_sink(place);
    auto file = request.tree->in_place
                    ? make_in_place_sink(place, request.tree->sync_to_disk)
                    : make_file_sink(place, request.tree->sync_to_disk,
                                     request.tree->partial_dir);
    if (!file)
      return file.error();
    return std::shared_ptr<sink>{std::move(*file)};
  };
  begin_part({}, std::move(first));
}

sync_request tree_supervisor_state::request_of_part() const {
  auto one = request;
  one.name.clear();
  one.id.reset();
  one.tree.reset();
  one.metadata = {};
  one.report_objects = true;
  return one;
}

void tree_supervisor_state::begin_part(part why, sync_request one) {
  one.tag = ++last_tag;
  auto part_env = env;
  const auto me = tree_supervisor_actor{self};
  part_env.client = me;
  if (env.observer)
    part_env.observer = me;
  auto handle = self->spawn(sync_supervisor, std::move(one), std::move(part_env));
  compat::watch(self, handle, [this](const auto& who, const auto&) {
    on_child_down(who);
  });
  children.emplace(last_tag, child{std::move(why), std::move(handle)});
}

void tree_supervisor_state::on_report(const sync_report& report) {
  const auto found = children.find(report.tag);
  if (found == children.end())
    return;
  const auto why = std::move(found->second.why);
  children.erase(found);
  add(total.stats, report.stats);
  if (is_ending)
    return report_if_alone();
  if (report.is_superseded && !begins_again && restarts < most_restarts)
    give_up_version();
  if (begins_again)
    return begin_again_if_alone();
  if (!report.ok())
    return end(report.failure);
  switch (why.what) {
  case kind::first:
    return on_first(report);
  case kind::pack:
    total.stats.object_bytes = wanted_bytes;
    if (comparison)
      return on_compared(report);
    total.tree = *outcome;
    return end({});
  case kind::entry:
    if (!report.object.empty())
      on_whole_object(why, report);
    else
      on_whole_file(path_below(why.parent, report.name), report);
    return begin_entries();
  }
}

void tree_supervisor_state::give_up_version() {
  begins_again = true;
  entries.clear();
  for (const auto& [tag, one] : children)
    compat::send(self, one.handle, cancel_sync{}); // one each
}

void tree_supervisor_state::begin_again_if_alone() {
  if (!children.empty())
    return;
  begins_again = false;
  ++restarts;
  // What the network has carried counts, what it was good for does not.
  sync_stats spent;
  spent.bytes_wire = total.stats.bytes_wire;
  spent.packets = total.stats.packets;
  spent.packets_dropped = total.stats.packets_dropped;
  spent.requests_repeated = total.stats.requests_repeated;
  total = {};
  total.stats = spent;
  outcome.reset();
  comparison.reset();
  where.reset();
  entries_seen = 0;
  bytes_announced = std::make_shared<std::atomic<std::uint64_t>>(0);
  directories.clear();
  wanted.clear();
  start();
}

void tree_supervisor_state::on_first(const sync_report& report) {
  total.origin = report.origin;
  total.type = report.type;
  total.root = report.root;
  total.kind = report.kind;
  total.stats.first_object_bytes = report.stats.first_object_bytes;
  if (report.kind == object_kind::directory && !request.tree->recursive)
    return end({errc::is_directory,
                "'" + request.name + "' is a directory, and only files were"
                                     " asked for"});
  if (report.object.empty() && report.kind == object_kind::directory)
    return on_catalogue();
  if (report.object.empty()) {
    total.is_unchanged = report.is_unchanged;
    note_file(report);
    return end({});
  }
  if (request.depth != sync_depth::all &&
      report.kind == object_kind::directory)
    return end({errc::unsupported,
                "'" + request.name + "' has no catalogue, as directories of"
                    " librecast sharers and those within a shared one;"
                    " only syncing it tells more"});
  on_whole_object({}, report);
  begin_entries();
}

std::string tree_supervisor_state::catalogue_key() const {
  return to_hex(request.id ? *request.id
                           : hash_of(hash_type::blake2b, request.name));
}

// -- from a Troupe sharer -------------------------------------------------------

void tree_supervisor_state::on_catalogue() {
  auto parsed = parse_catalogue(catalogue_bytes->view(), request.limit_bytes);
  if (parsed && request.trees)
    remember_catalogue(request.trees->folder(), catalogue_key(),
                       catalogue_bytes->view());
  catalogue_bytes.reset();
  if (!parsed)
    return end(parsed.error());
  const auto contents = std::make_shared<const catalogue>(std::move(*parsed));
  if (contents->entries.size() > request.tree->max_entries)
    return end(too_many_entries());
  if (request.tree->below_own_name && !is_beneath(own_name(contents->name)))
    return end(impossible(request.name));
  // The figures are to speak of the directory's content.
  total.stats.object_bytes = 0;
  total.stats.chunks = total.stats.chunks_kept = 0;
  total.stats.chunks_fetched = 0;
  auto selected = select_entries(contents, request.tree->exclude);
  if (!selected)
    return end(selected.error());
  wanted_bytes = selected->bytes();
  if (request.depth != sync_depth::all)
    return compare_with(std::move(*selected));
  outcome = std::make_shared<tree_outcome>();
  tree_sink_options options;
  options.list_changes = request.tree->list_changes;
  options.sync_to_disk = request.tree->sync_to_disk;
  options.delete_others = request.tree->delete_others;
  options.metadata = request.metadata;
  options.exclude = request.tree->exclude;
  options.partial_dir = request.tree->partial_dir;
  options.outcome = outcome;
  if (request.trees)
    options.memory = std::make_shared<const tree_memory>(
        request.trees->folder(), contents->pack.type);
  auto sink = make_tree_sink(place_of_directory(contents->name), contents,
                             std::move(options));
  if (!sink)
    return end(sink.error());
  auto one = request_of_part();
  one.name = request.name; // for messages
  one.known = std::make_shared<const manifest>(contents->pack);
  one.destination = std::move(sink->pack);
  one.unchanged = std::make_shared<const chunk_map>(std::move(sink->unchanged));
  if (!sink->unwanted.empty())
    one.unwanted = std::make_shared<const chunk_map>(std::move(sink->unwanted));
  one.origin = total.origin;
  begin_part({kind::pack, {}, {}}, std::move(one));
}

void tree_supervisor_state::compare_with(tree_selection selected) {
  const auto contents = selected.what;
  auto unwanted = selected.unwanted();
  total.contents = contents;
  if (request.depth == sync_depth::list)
    return end({});
  std::optional<tree_memory> memory;
  if (request.trees)
    memory.emplace(request.trees->folder(), contents->pack.type);
  auto opened = tree_comparison::open(place_of_directory(contents->name),
                                      std::move(selected),
                                      memory ? &*memory : nullptr,
                                      request.tree->partial_dir);
  if (!opened)
    return end(opened.error());
  comparison = std::move(*opened);
  auto one = request_of_part();
  one.name = request.name; // for messages
  one.known = std::make_shared<const manifest>(contents->pack);
  one.destination = std::make_shared<look_sink>(comparison->old());
  one.unchanged = std::make_shared<const chunk_map>(comparison->unchanged());
  if (!unwanted.empty())
    one.unwanted = std::make_shared<const chunk_map>(std::move(unwanted));
  one.origin = total.origin;
  begin_part({kind::pack, {}, {}}, std::move(one));
}

void tree_supervisor_state::on_compared(const sync_report& report) {
  auto& tree = total.tree;
  total.plan = report.plan;
  total.groups_planned = report.groups_planned;
  total.bytes_planned = report.bytes_planned;
  tree.changes = comparison->changes(*report.plan, request.metadata,
                                     request.tree->delete_others);
  for (const auto& entry : total.contents->entries)
    tree.files += entry.is_file();
  for (const auto& one : tree.changes) {
    tree.deleted += one.is_deleted;
    tree.files_changed += !one.is_deleted && one.kind == object_kind::file &&
                          (one.content || one.is_new);
  }
  total.is_unchanged = tree.changes.empty();
  end({});
}

void tree_supervisor_state::note_file(const sync_report& report) {
  total.header = report.header;
  total.plan = report.plan;
  total.groups_planned = report.groups_planned;
  total.bytes_planned = report.bytes_planned;
  total.is_unchanged = report.is_unchanged;
  if (request.depth == sync_depth::list ||
      (request.depth == sync_depth::all && !request.tree->list_changes))
    return;
  auto one = change_of({file_path.filename().string(), report.header.metadata,
                        report.header.size, {}, {}},
                       file_there, !report.is_unchanged, request.metadata);
  if (one.any())
    total.tree.changes.push_back(std::move(one));
}

std::filesystem::path
tree_supervisor_state::place_of_file(const std::string& remote_name) const {
  const auto& path = request.tree->destination;
  std::error_code none;
  if (!request.tree->below_own_name ||
      !std::filesystem::is_directory(path, none))
    return path;
  return path / own_name(remote_name);
}

std::filesystem::path tree_supervisor_state::place_of_directory(
    const std::string& remote_name) const {
  if (!request.tree->below_own_name)
    return request.tree->destination;
  return request.tree->destination / own_name(remote_name);
}

std::string
tree_supervisor_state::own_name(const std::string& remote_name) const {
  auto own = last_component(request.name);
  return own.empty() ? last_component(remote_name) : own;
}

// -- lifecycle --------------------------------------------------------------------

void tree_supervisor_state::on_progress(const sync_progress& progress) {
  if (!env.observer || is_ending)
    return;
  auto sum = progress;
  add(sum.stats, total.stats);
  sum.stats.elapsed = compat::now(self) - started;
  compat::send(self, env.observer, sum); // one for each that came
}

void tree_supervisor_state::on_child_down(const caf::actor_addr& who) {
  if (who == env.client.address())
    return end({errc::cancelled, "whoever asked for it has ended"});
  const auto found = std::find_if(
      children.begin(), children.end(),
      [&who](const auto& each) { return each.second.handle.address() == who; });
  if (found == children.end())
    return; // it had reported
  children.erase(found);
  end({errc::internal, "a part of the sync died"});
}

void tree_supervisor_state::end(error failure) {
  if (!is_ending) {
    is_ending = true;
    total.failure = std::move(failure);
    entries.clear();
    for (const auto& [tag, one] : children)
      compat::send(self, one.handle, cancel_sync{}); // one each
  }
  report_if_alone();
}

void tree_supervisor_state::report_if_alone() {
  if (!is_ending || is_reported || !children.empty())
    return;
  is_reported = true;
  if (total.ok() && total.kind != object_kind::file &&
      request.depth == sync_depth::all)
    total.is_unchanged = !total.tree.any();
  total.tag = request.tag;
  total.stats.elapsed = compat::now(self) - started;
  compat::send(self, env.client, total); // the only one
  self->quit();
}

tree_supervisor_actor::behavior_type tree_supervisor(
    tree_supervisor_actor::stateful_pointer<tree_supervisor_state> self,
    sync_request request, sync_environment env) {
  die_quietly(self);
  auto& st = compat::state_of(self);
  st.self = self;
  st.request = std::move(request);
  st.env = std::move(env);
  compat::on_down(self, [&st](const auto& who, const auto&) {
    st.on_child_down(who);
  });
  compat::on_exit(self, [&st](const caf::exit_msg&) {
    st.end({errc::cancelled, "the actor was told to exit"});
  });
  st.start();
  return {
      [&st](const sync_report& report) { st.on_report(report); },
      [&st](const sync_progress& progress) { st.on_progress(progress); },
      [&st](cancel_sync) {
        st.end({errc::cancelled, "'" + st.request.name + "'"});
      },
  };
}

} // namespace troupe
