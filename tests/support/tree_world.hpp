// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/tree_supervisor.hpp"
#include "core/directory_index.hpp"
#include "core/pack_index.hpp"
#include "tests/support/world.hpp"

#include "tests/core/trees.hpp" // after what has locals of the same names

namespace troupe::test {

/// A share of directories and any number of receivers in simulated time.
/// Everything is below one folder of its own on the disk, with something beside
/// the destinations that nobody may touch.
class tree_world : public world {
public:
  explicit tree_world(sim_net_options options = {},
                      std::uint64_t schedule_seed = 1)
      : world(options, schedule_seed) {
    put_on_disk(disk / "outside", guarded());
    std::filesystem::create_directory(disk / "to");
  }

  /// Puts a directory into the index as `troupe share -r` does: what librecast
  /// has for it, and with range channels the catalogue and the pack.
  void add_directory(const std::string& name, const tree& all) {
    std::filesystem::create_directory(disk / "from");
    put_on_disk(disk / "from" / name, all);
    if (!index)
      index = std::make_shared<share_index>(hash_type::blake2b,
                                            range_symbol_bytes);
    const auto scan = scan_directory(disk / "from" / name);
    REQUIRE(scan);
    std::map<const scanned_entry*, hash> roots;
    const auto ids = index_directory(
        *index, *scan, [&](const scanned_entry& entry) -> expected<merkle_tree> {
          auto made = hash_all(std::const_pointer_cast<source>(entry.content));
          roots[&entry] = made.root();
          return made;
        });
    REQUIRE(ids);
    if (range_symbol_bytes == 0)
      return;
    std::map<std::string, const scanned_entry*, in_path_order> sorted;
    for (const auto& entry : scan->entries)
      sorted[entry.path_below] = &entry;
    std::vector<catalogue_entry> entries;
    std::vector<std::shared_ptr<const source>> files;
    for (const auto& [path, entry] : sorted) {
      const bool is_file = entry->header.kind() == object_kind::file;
      entries.push_back({path, entry->header.metadata,
                         is_file ? entry->header.size : 0, roots[entry],
                         entry->target});
      files.push_back(entry->content);
    }
    const std::array names{ids->of.front(), hash_of(index->type(), name)};
    REQUIRE(index_directory_pack(
                *index, name, std::move(entries), std::move(files), names,
                [](const std::shared_ptr<const source>& content) {
                  return expected<merkle_tree>{hash_all(content)};
                }) == errc::none);
  }

  struct tree_receiver {
    std::shared_ptr<std::vector<sync_report>> reports =
        std::make_shared<std::vector<sync_report>>();
    tree_supervisor_actor supervisor;

    bool done() const { return !reports->empty(); }
    const sync_report& report() const { return reports->front(); }
  };

  sync_request tree_request_for(const std::string& name,
                                const std::string& place = "to/it") const {
    sync_request request;
    request.name = name;
    request.tree = tree_request{};
    request.tree->destination = disk / place;
    request.tree->below_own_name = false;
    request.tree->sync_to_disk = false;
    request.hash_jobs = 1;
    return request;
  }

  tree_receiver start_tree(sync_request request) {
    tree_receiver r;
    sync_environment env;
    env.net = net;
    env.client = system.spawn(recording_client, r.reports);
    env.detached_writer = false;
    r.supervisor =
        system.spawn(tree_supervisor, std::move(request), std::move(env));
    settle();
    return r;
  }

  /// The report of a sync, which has to come within `limit`. Checks what holds
  /// of any sync, however it ends.
  sync_report sync_tree_of(sync_request request,
                           std::chrono::nanoseconds limit =
                               std::chrono::minutes{5}) {
    const auto before = system.registry().running();
    sync_report report;
    {
      auto r = start_tree(std::move(request));
      REQUIRE(advance_until([&] { return r.done(); }, limit));
      r.supervisor = tree_supervisor_actor{};
      settle();
      CHECK(r.reports->size() == 1);
      report = r.report();
    }
    CHECK(system.registry().running() == before);
    CHECK(net->stats().groups_joined_now == 0);
    check_around();
    return report;
  }

  /// Nothing outside of the destination was touched, nothing temporary left.
  void check_around() const {
    CHECK(difference(read_tree(disk / "outside"), guarded()) == "");
    for (const auto& name : disk.names())
      CHECK((name == "from" || name == "outside" || name == "to"));
    for (const auto& each :
         std::filesystem::recursive_directory_iterator{disk / "to"})
      CHECK(each.path().filename().string().find(".troupe.") ==
            std::string::npos);
  }

  temp_dir disk; ///< from/, to/, outside/

private:
  static tree guarded() {
    auto all = empty_tree();
    all["file"] = node::file(bytes_of("mine"));
    all["sub"] = node::directory();
    return all;
  }
};

} // namespace troupe::test
