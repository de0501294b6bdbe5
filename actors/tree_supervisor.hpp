// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/interfaces.hpp"
#include "actors/sync_supervisor.hpp"
#include "core/blob_sink.hpp"
#include "core/destination.hpp"
#include "core/tree_comparison.hpp"

#include <atomic>
#include <deque>
#include <map>

namespace troupe {

/// @relates tree_supervisor
struct tree_supervisor_state {
  tree_supervisor_state() = default; // never an aggregate

  /// One sync of those that this one consists of.
  struct part {
    enum class kind { first, pack, entry };
    kind what = kind::first;
    hash id;            ///< of an entry: what its listing names it by
    std::string parent; ///< of an entry: path of its directory
  };
  struct child {
    part why;
    sync_supervisor_actor handle;
  };

  tree_supervisor_actor::stateful_pointer<tree_supervisor_state> self = nullptr;
  sync_request request;
  sync_environment env;
  time_point started{0};
  sync_report total;
  bool is_ending = false;
  bool is_reported = false;
  bool begins_again = false; ///< once the parts of this attempt have ended
  std::uint32_t restarts = 0;
  std::map<std::uint64_t, child> children; ///< by tag
  std::uint64_t last_tag = 0;

  // With range channels: the catalogue, then the pack of all files.
  std::shared_ptr<blob_sink> catalogue_bytes;
  std::shared_ptr<tree_outcome> outcome;
  std::shared_ptr<const tree_comparison> comparison; ///< instead of a sink
  std::uint64_t wanted_bytes = 0; ///< of files that are not excluded

  // Of a single file: what was there before.
  std::filesystem::path file_path;
  std::optional<entry_there> file_there;

  // By the classic protocol: a sync for each entry of each listing.
  std::optional<destination> where;
  std::string shared_as; ///< the share's name, for patterns
  std::deque<part> entries;
  std::uint64_t entries_seen = 0;
  /// By the headers of the files so far; parts add to it from their threads.
  std::shared_ptr<std::atomic<std::uint64_t>> bytes_announced =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::map<std::string, file_metadata> directories; ///< to be finished, by path
  std::vector<catalogue_entry> wanted; ///< what is there at the end

  static inline const char* name = "troupe.tree-supervisor";

  void start();
  void begin_part(part why, sync_request one);
  sync_request request_of_part() const;
  void on_report(const sync_report& report);
  void on_progress(const sync_progress& progress);
  void on_child_down(const caf::actor_addr& who);
  void end(error failure);
  void report_if_alone();

  void give_up_version();
  void begin_again_if_alone();
  void on_first(const sync_report& report);
  void on_catalogue();
  void compare_with(tree_selection selected);
  void on_compared(const sync_report& report);
  void note_file(const sync_report& report);
  std::string catalogue_key() const;
  void on_whole_object(const part& why, const sync_report& report);
  void on_listing(const std::string& path, const sync_report& report,
                  const object_header& header);
  void on_whole_file(const std::string& path, const sync_report& report);
  bool is_excluded(const std::string& path, bool is_directory) const;
  void begin_entries();
  void note(const std::string& path, const file_metadata& metadata);
  void finish_directories();
  std::filesystem::path place_of_file(const std::string& remote_name) const;
  std::filesystem::path place_of_directory(const std::string& remote_name) const;
  std::string own_name(const std::string& remote_name) const;
  error too_many_entries() const;
};

/// A sync of whatever a name stands for: a file, a link, or a directory with
/// all that is in it. From a Troupe sharer a directory is two syncs: of its
/// catalogue, and of one object that all its files make up (core/pack.hpp).
/// From a librecast sharer each entry is a sync of its own, some at a time; of
/// such a directory nothing is compared or listed (unsupported).
///
/// Sends:  exactly one sync_report to the client, when no part is alive; then
///         quits. Progress of its parts to the observer.
/// Fails:  with the first failure of a part, which ends the others. When the
///         sharer has another version by now, it begins again with that, a few
///         times; then source_changed.
/// Blocks: on the destination's directories; hence on a thread of its own
///         (detached), but in tests.
tree_supervisor_actor::behavior_type tree_supervisor(
    tree_supervisor_actor::stateful_pointer<tree_supervisor_state> self,
    sync_request request, sync_environment env);

} // namespace troupe
