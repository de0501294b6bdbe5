// SPDX-License-Identifier: BSD-3-Clause
// tree_supervisor with a librecast sharer: a sync for each entry of a listing.
#include "actors/entry_names.hpp"
#include "actors/tree_supervisor.hpp"

#include <algorithm>

namespace troupe {

using kind = tree_supervisor_state::part::kind;

namespace {

/// Syncs of single entries at once.
constexpr std::size_t most_children = 16;

} // namespace

void tree_supervisor_state::on_whole_object(const part& why,
                                            const sync_report& report) {
  const auto bytes = report.object.view();
  auto header = parse_header(bytes, bytes.size());
  if (!header)
    return end(header.error());
  const bool is_first = why.what == kind::first;
  if (!is_first && !is_beneath(header->name))
    return end(impossible(header->name));
  const auto path = path_below(why.parent, header->name);
  if (!is_first &&
      is_excluded(path, header->kind() == object_kind::directory))
    return;
  if (header->kind() == object_kind::directory) {
    if (is_first) {
      shared_as = last_component(header->name);
      if (request.tree->below_own_name && !is_beneath(own_name(header->name)))
        return end(impossible(header->name));
      auto opened = destination::open(place_of_directory(header->name), true);
      if (!opened)
        return end(opened.error());
      where = std::move(*opened);
      return on_listing({}, report, *header);
    }
    if (auto failed = where->make_directory(path, &total.tree.others_changed);
        failed.code != errc::none)
      return end(std::move(failed));
    return on_listing(path, report, *header);
  }
  auto target = parse_symlink(bytes);
  if (!target)
    return end(target.error());
  if (!is_first) {
    note(path, header->metadata);
    auto failed =
        where->make_link(path, *target, header->metadata, request.metadata,
                         &total.tree.others_changed);
    return failed.code == errc::none ? void() : end(std::move(failed));
  }
  const auto place = place_of_file(header->name);
  if (request.depth != sync_depth::all || request.tree->list_changes) {
    auto one = change_of({place.filename().string(), header->metadata, 0, {},
                          *target},
                         look_at_entry(place), false, request.metadata);
    total.header = *header;
    total.object = report.object;
    if (one.any())
      total.tree.changes.push_back(std::move(one));
    if (request.depth != sync_depth::all)
      return end({});
  }
  const auto parent = place.has_parent_path() ? place.parent_path()
                                              : std::filesystem::path{"."};
  auto opened = destination::open(parent, false);
  auto failed = opened ? opened->make_link(place.filename().string(), *target,
                                           header->metadata, request.metadata,
                                           &total.tree.others_changed)
                       : opened.error();
  if (failed.code == errc::none && request.tree->sync_to_disk)
    failed = opened->make_durable();
  if (failed.code != errc::none)
    end(std::move(failed));
}

void tree_supervisor_state::on_whole_file(const std::string& path,
                                          const sync_report& report) {
  if (is_excluded(path, false))
    return;
  total.tree.files_changed += report.is_unchanged ? 0 : 1;
  ++total.tree.files;
  note(path, {});
}

bool tree_supervisor_state::is_excluded(const std::string& path,
                                        bool is_directory) const {
  const auto& exclude = request.tree->exclude;
  return !exclude.empty() &&
         exclude.match(shared_as + "/" + path, is_directory);
}

void tree_supervisor_state::on_listing(const std::string& path,
                                       const sync_report& report,
                                       const object_header& header) {
  auto ids = parse_directory(report.object.view());
  if (!ids)
    return end(ids.error());
  directories.insert_or_assign(path, header.metadata);
  note(path, header.metadata);
  entries_seen += ids->size();
  if (entries_seen > request.tree->max_entries)
    return end(too_many_entries());
  for (const auto& id : *ids)
    entries.push_back({kind::entry, id, path});
  // What is listed twice is the same path twice, and so on below it: without
  // end, for what it costs to send.
  std::sort(ids->begin(), ids->end());
  if (std::adjacent_find(ids->begin(), ids->end()) != ids->end())
    end({errc::bad_object, "a listing that names an entry twice"});
}

error tree_supervisor_state::too_many_entries() const {
  return {errc::too_large, "'" + request.name + "' has more than " +
                               std::to_string(request.tree->max_entries) +
                               " entries"};
}

void tree_supervisor_state::begin_entries() {
  while (!is_ending && !entries.empty() && children.size() < most_children) {
    auto why = std::move(entries.front());
    entries.pop_front();
    auto one = request_of_part();
    one.id = why.id;
    one.is_exact = true;
    one.type = total.type;
    one.wire = wire_mode::classic;
    one.origin = total.origin;
    one.metadata = request.metadata;
    // Runs in the part: it has copies of all it needs.
    one.choose = [below = *where, parent = why.parent,
                  sync_to_disk = request.tree->sync_to_disk,
                  partial_dir = request.tree->partial_dir,
                  exclude = request.tree->exclude, top = shared_as,
                  sum = bytes_announced, limit = request.limit_bytes](
                     const arrival& what) -> expected<std::shared_ptr<sink>> {
      if (!is_beneath(what.header.name))
        return impossible(what.header.name);
      const auto path = path_below(parent, what.header.name);
      if (exclude.match(top + "/" + path, false))
        return std::shared_ptr<sink>{};
      const auto size = what.header.size;
      const auto before = sum->fetch_add(size); // each at most the limit
      if (before > limit - size)
        return error{errc::too_large,
                     "the files have more than " + std::to_string(limit) +
                         " bytes together, which is what is accepted"
                         " (--max-size)"};
      auto file = below.file(path, sync_to_disk, partial_dir);
      if (!file)
        return file.error();
      return std::shared_ptr<sink>{std::move(*file)};
    };
    begin_part(std::move(why), std::move(one));
  }
  if (!is_ending && children.empty() && entries.empty()) {
    finish_directories();
    if (!is_ending && where && request.tree->sync_to_disk)
      return end(where->make_durable());
    end({});
  }
}

void tree_supervisor_state::note(const std::string& path,
                                 const file_metadata& metadata) {
  if (request.tree->delete_others)
    wanted.push_back({path, metadata, 0, {}, {}});
}

void tree_supervisor_state::finish_directories() {
  if (request.tree->delete_others)
    if (auto failed =
            where->remove_others(std::move(wanted), shared_as,
                                 request.tree->exclude,
                                 request.tree->partial_dir,
                                 total.tree.deleted);
        failed.code != errc::none)
      return end(std::move(failed));
  const auto& m = request.metadata;
  if (!m.owner && !m.group && !m.mode && !m.mtime && !m.atime)
    return;
  for (auto each = directories.rbegin(); each != directories.rend(); ++each)
    if (auto failed =
            where->finish_directory(each->first, each->second, m);
        failed.code != errc::none)
      return end(std::move(failed));
}

} // namespace troupe
