// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/channel_table.hpp"
#include "actors/fetch_window.hpp"
#include "actors/interfaces.hpp"
#include "actors/remote_object.hpp"
#include "core/cover.hpp"
#include "core/late_sink.hpp"
#include "core/channel_key.hpp"
#include "core/manifest.hpp"

namespace troupe {

/// What a sync needs besides its request.
struct sync_environment {
  std::shared_ptr<network> net;
  sync_client_actor client;
  sync_observer_actor observer; ///< may be empty
  bool detached_writer = true;  ///< false on a test scheduler
  std::chrono::nanoseconds tick = std::chrono::milliseconds{10};
};

/// @relates sync_supervisor
struct sync_supervisor_state {
  sync_supervisor_state() = default; // never an aggregate
  /// After a kill nobody else would stop the builders.
  ~sync_supervisor_state() {
    if (local_build)
      local_build->abandon();
  }

  enum class phase {
    waiting,   ///< for the first object
    gathering, ///< the other parts of the tree
    comparing, ///< hashing the old content, diffing
    fetching,  ///< chunks
    finishing, ///< the writer makes the object visible
    closing,   ///< children end; then the report
  };

  sync_supervisor_actor::stateful_pointer<sync_supervisor_state> self = nullptr;
  sync_request request;
  std::shared_ptr<late_sink> chosen_later; ///< is request.destination, too
  bool chosen_for_catalogue = false;
  sync_environment env;
  phase now = phase::waiting;

  // Children. They hold us too, until we end them.
  chunk_writer_actor writer;
  std::vector<tree_builder_actor> builders;
  differ_actor comparer;
  std::vector<caf::actor_addr> alive;
  std::uint32_t receivers_lost = 0;

  // The network.
  std::unique_ptr<receive_port> port;
  channel_table channels;
  fetch_window window;
  std::uint64_t drops_seen = 0;
  // Of request.rate: what was asked for, and what it knows of that, bytes.
  std::uint64_t rate_asked = 0;
  std::int64_t rate_closed = 0;
  std::uint64_t rate_came = 0;
  bool is_throttled = false; ///< something waits for the rate alone
  std::vector<ip6_address> trusted; ///< sent what was verified, the last first
  time_point trust_won{0};          ///< when one of them did so again
  bool is_wary = false;             ///< the port hears nobody else

  // What is known.
  std::optional<remote_object> remote; ///< classic mode
  std::optional<range_seal> seal;      ///< of range channels, with a key
  std::optional<manifest> native;      ///< range channels; then no `remote`
  std::optional<range_position> others_at; ///< where other receivers are
  std::vector<hash> leaves;            ///< of the remote tree, native only
  std::vector<std::uint64_t> blocks;   ///< leaf blocks to get
  std::unordered_multimap<std::uint64_t, std::uint64_t>
      block_copies; ///< block to get -> others that are equal
  std::uint64_t blocks_asked = 0;
  std::uint64_t blocks_missing = 0;
  std::uint64_t parts_asked = 0; ///< tree parts asked for so far, first included
  std::shared_ptr<const merkle_tree> remote_tree;
  hash_type hashing_type = hash_type::blake2b;
  std::shared_ptr<tree_build> local_build;
  std::shared_ptr<const merkle_tree> local_tree;
  bool local_known = false; ///< local_tree is final, maybe nullptr
  std::shared_ptr<const sync_plan> plan;
  std::vector<cover_item> cover; ///< of plan->fetch
  std::uint64_t next_item = 0;   ///< first of `cover` not asked for
  std::uint64_t unwritten = 0;   ///< verified units on their way to the sink
  std::uint64_t written = 0;     ///< entries of `cover` in the sink
  std::shared_ptr<block_pool> pool;
  std::uint64_t requests = 0; ///< for ranges, so far

  // Time.
  time_point started{0};
  time_point hashing_started{0};
  time_point last_sign{0};     ///< of life: data verified, hashed or written
  time_point last_progress{0}; ///< message to the observer
  time_point object_came{0};   ///< the classic one; a manifest may follow
  bool waits_for_manifest = false; ///< with comparing, for a moment
  time_point last_tick{0};
  time_point rechecked{0};     ///< when the name was last asked for again
  std::uint64_t ranges_seen = 0;
  bool heard_anything = false;
  bool is_part = false; ///< of what request.origin is
  bool doubtful = false; ///< a tree was wrong: others are no sign of life yet
  error last_trouble; ///< explains a later timeout
  std::uint32_t refusals = 0; ///< transmissions that nobody could read
  time_point first_refusal{0};
  error doubt; ///< whether the key is right, until something opens

  sync_report report;

  static inline const char* name = "troupe.sync-supervisor";

  // -- the way of the data, in sync_supervisor.cpp ----------------------------
  void start();
  void on_object(const object_verified& msg);
  void on_first_object(const object_verified& msg);
  bool choose_destination(const arrival& what);
  bool has_room(std::uint64_t length);
  void on_tree_part(std::uint64_t index, const object_verified& msg);
  void tree_complete();
  void start_hashing(hash_type type);
  void on_tree_built(const tree_built& msg);
  bool may_be_native() const;
  void compare();
  void on_plan(const trees_compared& msg);
  std::uint64_t kept_chunks() const;
  std::uint32_t wanted_of_4() const; ///< of cover_plan()
  bool only_compares() const;
  void end_compared();
  void on_chunk(const chunk_verified& msg);
  void on_written(const chunk_written& msg);
  void finish_if_complete();

  // -- range channels, in sync_ranges.cpp ---------------------------------------
  void ask_manifest();
  void on_manifest(const object_verified& msg);
  void adopt(manifest value);
  bool is_all_unchanged() const;
  void keep_all();
  void fill_in_unchanged();
  void want_blocks();
  void open_block(std::uint64_t index);
  void on_leaves(std::uint64_t index, const object_verified& msg);
  void leaves_complete();
  void open_range(std::uint64_t item);
  void on_symbols(const symbols_arrived& msg);
  void on_answer_due(const answer_due& msg);
  void on_range_rejected(const range_rejected& msg);
  void ask_again(channel_id id);
  void ask_repair(channel_id id);
  void ask_overtaken(const channel_table::channel& answered);
  void join_others();
  void close_all(channel_table::purpose::kind what);

  // -- strangers, in sync_senders.cpp -------------------------------------------
  void note_sender(const ip6_address& who);
  void beware_of(const ip6_address& who);
  void beware();
  void review_senders(time_point at);

  // -- keys and what is believed, in sync_key.cpp -------------------------------------------------
  error settle_wire();
  group_address range_group(channel_kind what, const hash& node,
                            std::uint32_t index = 0) const;
  std::uint32_t tag_of(const hash& node, std::uint32_t block_bytes) const;
  void on_rejected(const content_rejected& msg);
  void on_refused(const object_refused& msg);
  object_check check_of_manifest() const;
  object_check check_of_leaves(std::uint64_t index) const;

  // -- the sharer's next version, in sync_recheck.cpp ---------------------------
  void note_origin(const hash& object, bool is_manifest);
  void recheck_if_silent(time_point at);
  void on_recheck(const object_verified& msg);

  // -- lifecycle, in sync_lifecycle.cpp -----------------------------------------
  void ask_first();
  void fill_window();
  bool has_rate_for(std::uint32_t units);
  void settle_rate(bool is_over);
  void await_rate(time_point at);
  void ensure_idle_receiver();
  void open_object(const hash& node, channel_table::purpose why,
                   std::vector<hash_type> types, object_check check = {},
                   std::uint32_t most_bytes = 0);
  void open_item(std::uint64_t item);
  std::uint32_t units_of(const cover_item& item) const;
  bool is_its_turn(const cover_item& item) const;
  group_address group_of_item(const cover_item& item) const;
  std::uint32_t group_limit() const;  ///< groups that may be joined at once
  std::uint32_t group_budget() const; ///< of them, for what is fetched
  const object_header& header() const;
  channel_id open(const group_address& group, channel_table::purpose why,
                  open_channel what);
  void flush();
  void on_tick();
  void give_up_if_silent(time_point at);
  void tell_progress(time_point at);
  void end(error failure);
  void on_child_down(const caf::actor_addr& who, const caf::error& why);
  void report_if_alone();
  std::vector<hash_type> candidate_types() const;
  std::string subject() const;
};

/// lc_sync semantics for one object: finds it, compares trees, fetches what
/// differs, lets the writer complete it. Retry policy exists only here.
///
/// Sends:  exactly one sync_report to the client, after every child has ended
///         and every group was left; then quits. sync_progress to the
///         observer at most every 100 ms.
/// Fails:  never silently: every wait has a deadline, and the report says
///         what was waited for. A dead child ends the sync, except a
///         channel_receiver, whose channel is opened again on another.
/// Blocks: shortly, when it closes its port.
sync_supervisor_actor::behavior_type sync_supervisor(
    sync_supervisor_actor::stateful_pointer<sync_supervisor_state> self,
    sync_request request, sync_environment env);

} // namespace troupe
