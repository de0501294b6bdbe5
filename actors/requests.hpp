// SPDX-License-Identifier: BSD-3-Clause
// What is asked of Troupe and what it answers: plain values without CAF, shared
// by the actors, the C API and the tool.
#pragma once

#include "actors/fetch_rate.hpp"
#include "core/catalogue.hpp"
#include "core/diff.hpp"
#include "core/errc.hpp"
#include "core/hash.hpp"
#include "core/manifest.hpp"
#include "core/share_index.hpp"
#include "core/sink.hpp"
#include "core/tree_cache.hpp"
#include "core/tree_sink.hpp"
#include "transport/network.hpp"
#include "transport/seal.hpp"
#include "transport/share_signing.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace troupe {

/// Runs a job on some thread, now or later. Must not run it before returning
/// unless the caller may block.
using job_runner = std::function<void(std::function<void()>)>;

/// How objects travel (docs/protocol.md).
enum class wire_mode {
  automatic, ///< range channels where the sharer has them, else classic
  classic,   ///< as librecast does it
  range,     ///< range channels only
};

/// Decides where an object goes once its header is there; nullptr ends the sync
/// well, since nobody wants it. Called once, by an actor: opening files is the
/// most it may do.
struct arrival {
  const object_header& header;
  bool is_catalogue = false; ///< of a directory, by the range protocol
};
using sink_chooser =
    std::function<expected<std::shared_ptr<sink>>(const arrival&)>;

/// How far a sync goes.
enum class sync_depth {
  all,     ///< until the destination is what is shared
  compare, ///< until it is known what that takes; no data is asked for
  list,    ///< until it is known what is shared; nothing is compared
};

/// What makes a sync one of whatever a name stands for: a file, a directory
/// with all that is in it, a symbolic link.
struct tree_request {
  /// Where a file goes, or a directory's content.
  std::filesystem::path destination;
  /// A directory's content goes into `destination` / its name, as rsync and
  /// librecast have it for names without a trailing slash.
  bool below_own_name = true;
  /// Without it a directory is refused (is_directory).
  bool recursive = true;
  bool delete_others = false; ///< of a directory: what the share has not, goes
  bool sync_to_disk = true;
  bool in_place = false; ///< of a file: see make_in_place_sink()
  bool list_changes = false; ///< in tree_outcome::changes
  /// Of a directory: what is neither fetched, written nor removed.
  exclude_patterns exclude;
  /// Where what is unfinished is; empty: beside the destination.
  std::filesystem::path partial_dir;
  /// A directory with more in it, whatever is below counted, is too_large.
  std::uint64_t max_entries = std::uint64_t{1} << 24;
};

/// What a name stood for when it was asked for: to see that it stands for
/// something else by now.
struct sync_origin {
  hash channel; ///< of the name, or as the request has it
  hash_type type = hash_type::blake2b;
  hash object;  ///< root that the manifest names, or id of the first object
  bool is_manifest = false; ///< it was asked for by the range protocol
};

/// A tree and what it was made with.
struct known_tree {
  hash_type type = hash_type::blake2b;
  merkle_tree tree;
};

/// lc_sync(3) and lc_syncfile(3) as a value: which object, where to, how.
struct sync_request {
  /// The share path; hashed to find the group. Used when `id` is empty.
  std::string name;
  /// A channel hash as bytes: of a name, or of a tree.
  std::optional<hash> id;
  /// Empty: every type of this build is tried, and what verifies decides.
  std::optional<hash_type> type;

  /// Where the object goes, and what is compared with it. Used by one sync.
  std::shared_ptr<sink> destination;
  /// Instead of `destination`: chosen when the object is known.
  sink_chooser choose;
  /// Instead of both: files, directories and links alike.
  std::optional<tree_request> tree;
  metadata_choice metadata;
  /// `compare` and `list` want `tree`, and change nothing at its destination.
  sync_depth depth = sync_depth::all;

  receive_options receive;
  /// Longest silence: no verified data for so long ends the sync.
  std::chrono::milliseconds timeout = std::chrono::seconds{30};
  /// Objects larger than this are refused (too_large) before memory is taken.
  std::uint64_t limit_bytes = std::uint64_t{1} << 44;
  wire_mode wire = wire_mode::automatic;
  /// What is otherwise asked for first; then range channels are used alone.
  std::shared_ptr<const manifest> known;
  /// Chunks of it that the destination is known to have; may be nullptr.
  std::shared_ptr<const chunk_map> unchanged;
  /// Chunks of it that the destination has no use for; may be nullptr. What is
  /// said of the object leaves them out.
  std::shared_ptr<const chunk_map> unwanted;
  /// Of what this object is a part, as another sync has reported it.
  std::optional<sync_origin> origin;
  /// Listings and links are reported as they came, instead of refused.
  bool report_objects = false;
  /// `id` is of the object itself, not of a name for it, and checked.
  bool is_exact = false;
  /// Waits for a change and does nothing else: ends well as soon as the name
  /// stands for something with another root, by range channels, and with
  /// timed_out after `timeout`. Nothing is asked for again and again: a sharer
  /// tells by itself what was asked for before. `tree` is empty.
  std::optional<hash> other_than;
  /// Given back in the report.
  std::uint64_t tag = 0;
  /// Of an encrypted share: everything comes sealed. What does not open
  /// is ignored, and after a few tries sync_progress::doubt says so. Errors:
  /// bad_key if nothing better came within `timeout`.
  std::optional<seal_key> key;
  /// Only what is signed accordingly is accepted, for `name`, by range channels
  /// (`wire` may be automatic or range); nullptr: anything. What is refused is
  /// counted and ignored, and names the reason if nothing better comes.
  std::shared_ptr<const share_trust> trust;
  /// How much may be asked for in a time; nullptr: what the window allows.
  std::shared_ptr<fetch_rate> rate;
  /// Most groups joined at once, in classic mode and with range channels.
  std::uint32_t max_groups = 256;
  std::uint32_t max_range_groups = 64;
  /// Runs the hashing of the old content; empty: on the actor system.
  job_runner run_jobs;
  /// Trees of old contents that have not changed since, and beside them what is
  /// known of directories; may be nullptr.
  std::shared_ptr<const tree_cache> trees;
  /// The tree of the destination's old content; nullptr: not known.
  std::shared_ptr<const known_tree> old_tree;
  /// Parallel jobs for hashing; 0: as many as there are cores.
  std::uint32_t hash_jobs = 0;
};

/// What a sync did, in figures.
struct sync_stats {
  std::uint64_t object_bytes = 0;   ///< length of the remote content
  std::uint64_t first_object_bytes = 0; ///< F of the first object (part 0)
  std::uint64_t chunks = 0;         ///< of the remote content
  std::uint64_t chunks_kept = 0;    ///< already in place
  std::uint64_t chunks_copied = 0;  ///< found elsewhere in the old content
  std::uint64_t chunks_fetched = 0; ///< distinct chunks from the network
  std::uint64_t bytes_fetched = 0;  ///< plain bytes of fetched chunks
  std::uint64_t bytes_replaced = 0; ///< of all chunks that were not in place
  std::uint64_t bytes_wire = 0;     ///< UDP payload received
  std::uint64_t packets = 0;        ///< received
  std::uint64_t symbols_source = 0; ///< used
  std::uint64_t symbols_repair = 0; ///< used
  std::uint64_t requests_repeated = 0; ///< joins that had to be repeated
  std::uint64_t chunks_rejected = 0;   ///< decoded but did not match its hash
  std::uint64_t objects_refused = 0;   ///< sound, but not what is trusted
  std::uint64_t packets_dropped = 0;   ///< by this host's kernel
  std::chrono::nanoseconds elapsed{0};
  std::chrono::nanoseconds hashing{0}; ///< building the tree of old content
};

/// Exactly one of these ends each sync. When it arrives, nothing of the sync
/// is alive and no group is joined.
struct sync_report {
  error failure; ///< errc::none: the destination equals the remote object
  sync_stats stats;
  std::optional<hash_type> type; ///< of the sharer, once known
  hash root;                     ///< of the remote tree, once known
  object_kind kind = object_kind::file; ///< of the remote object, once known
  std::string name; ///< the share path in its header
  bool is_unchanged = false; ///< the content was there already
  std::optional<sync_origin> origin; ///< once known
  /// Why it is source_changed: the sharer has another version by now.
  bool is_superseded = false;
  blob object;  ///< a listing or a link, if sync_request::report_objects
  std::uint64_t tag = 0;
  tree_outcome tree; ///< of a directory; the changes of a file, too
  object_header header; ///< of a file, once known
  /// Of a directory that a Troupe host shares, unless depth is `all`.
  std::shared_ptr<const catalogue> contents;
  std::shared_ptr<const sync_plan> plan; ///< of depth `compare`
  std::uint64_t groups_planned = 0; ///< that fetching what it lacks would take
  std::uint64_t bytes_planned = 0;  ///< what is in them, before encoding
  /// Of the content that is there now, if it is not a directory's.
  std::shared_ptr<const merkle_tree> content_tree;

  bool ok() const noexcept { return failure.code == errc::none; }
};

/// How far a sync is, at most every 100 ms.
struct sync_progress {
  enum class phase { waiting, comparing, fetching, finishing };
  phase now = phase::waiting;
  std::uint64_t bytes_total = 0; ///< to fetch; 0 until known
  std::uint64_t bytes_done = 0;  ///< of them, verified
  std::uint32_t groups = 0;      ///< joined now
  sync_stats stats;
  /// bad_key while nothing that comes can be read: the key may be wrong, or
  /// somebody sends nonsense. The sync goes on; errc::none: no doubt.
  error doubt;
};

/// Figures of a share, counted up while it runs. Read from any thread.
struct share_counters {
  std::atomic<std::uint64_t> objects_sent{0}; ///< transmissions
  std::atomic<std::uint64_t> packets_sent{0};
  std::atomic<std::uint64_t> bytes_gross{0};  ///< payload without OID and OTI
  std::atomic<std::uint64_t> bytes_info{0};   ///< plain bytes, once per sending
  std::atomic<std::uint64_t> requests_heard{0}; ///< after de-duplication
  std::atomic<std::uint64_t> requests_unknown{0}; ///< groups not in the index
  std::atomic<std::uint64_t> sources_changed{0}; ///< chunks not sent for that
  std::atomic<std::uint64_t> send_errors{0};
};

/// lc_share(3) as a value: what to answer, and where.
struct share_request {
  std::shared_ptr<const object_directory> index;
  send_options send;
  std::shared_ptr<share_counters> counters; ///< may be nullptr
  /// Packets beyond K' per object; librecast hosts need 5 under loss.
  std::uint32_t overhead_packets = 10;
  /// Seals whatever is sent, in the classic protocol and in range channels.
  std::optional<seal_key> key;
  /// Signs manifests as they are sent; nullptr: they go unsigned.
  std::shared_ptr<const share_signing> signing;
};

/// Sent by a share: once when it listens, once when it has ended.
struct share_report {
  enum class event { listening, failed, stopped };
  event what = event::listening;
  error failure; ///< set for `failed`
};

} // namespace troupe
