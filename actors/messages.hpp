// SPDX-License-Identifier: BSD-3-Clause
// Every message that crosses an actor boundary, in the order in which data
// flows. Commands are imperative, events past participle. All of them stay in
// the process: they carry buffers and ports.
#pragma once

#include "actors/caf_compat.hpp"
#include "actors/requests.hpp"
#include "actors/share_channels.hpp"
#include "core/block_pool.hpp"
#include "core/diff.hpp"
#include "core/tree_build.hpp"
#include "transport/network.hpp"
#include "transport/range_packet.hpp"
#include "troupe/messages.hpp" // cancel_sync, stop_share

#include <functional>
#include <memory>
#include <vector>

namespace troupe {

// -- receiving, in the order of the data --------------------------------------

/// sync_supervisor -> tree_builder: help to hash the old content.
struct build_tree {
  std::shared_ptr<tree_build> work; ///< shared by all builders of one sync
};

/// tree_builder -> itself: hash the next range.
struct hash_next {};

/// tree_builder -> sync_supervisor: from the one that finished the last range.
struct tree_built {
  std::shared_ptr<const merkle_tree> tree; ///< nullptr: see failure
  error failure;
};

/// sync_supervisor -> differ.
struct diff_trees {
  std::shared_ptr<const merkle_tree> old_tree; ///< nullptr: there is nothing
  std::shared_ptr<const merkle_tree> new_tree;
  std::shared_ptr<const chunk_map> fixed; ///< as for make_plan()
};

/// differ -> sync_supervisor.
struct trees_compared {
  std::shared_ptr<const sync_plan> plan;
  std::shared_ptr<const merkle_tree> new_tree; ///< as in diff_trees
};

/// Number of a channel within one sync; never used twice.
using channel_id = std::uint64_t;

/// Where some bytes of a block belong.
struct placed_piece {
  std::uint32_t from = 0; ///< offset in the block
  std::uint32_t length = 0;
  std::uint64_t to = 0; ///< offset in the new content
};

/// Looks at an object before anybody believes it; why it is refused, or none.
using object_check = std::function<error(std::span<const std::byte>)>;

/// What a range channel carries, and what makes it true.
struct range_content {
  std::uint16_t symbol_bytes = 0; ///< T
  std::uint32_t tag = 0;          ///< in its packets
  std::vector<hash> chunks;       ///< of the block, in order
  std::shared_ptr<block_pool> pool; ///< for blocks of more than a chunk
  std::optional<range_seal::block_key> key = {}; ///< of sealed symbols
};

/// sync_supervisor -> channel_receiver: collect this chunk, range or object.
/// Ends what the receiver did before.
struct open_channel {
  enum class content { chunk, range, object };
  channel_id channel = 0;
  content what = content::chunk;
  hash id;                  ///< of the chunk; objects are checked by their OID
  /// Of the chunk or range; objects are this long at most, 0: as long as the
  /// receiver's options allow.
  std::uint32_t size_bytes = 0;
  std::vector<hash_type> types; ///< any of these may verify it
  std::vector<placed_piece> pieces; ///< what of it is wanted, and where
  range_content range;
  std::optional<seal_key> key; ///< of a sealed chunk or object
  std::optional<range_seal> seal; ///< of a sealed object of a range channel
  object_check check; ///< of an object; empty: its hash says enough
  /// Who sent what was verified: always finds room among other senders.
  std::vector<ip6_address> trusted;
};

/// network -> channel_receiver: one per group and receive call. Bounded by the
/// slabs of the receive port, which the batch holds on to.
struct symbol_batch {
  channel_id channel = 0;
  packet_batch batch;
};

/// channel_receiver -> sync_supervisor: new symbols came, but not enough yet.
struct symbols_arrived {
  channel_id channel = 0;
  std::uint32_t symbols_missing = 0; ///< of a range; else 0
  std::uint32_t passes_ended = 0; ///< requests that were answered to their end
  bool is_end_near = false; ///< another should have been by now, too
  std::vector<std::uint32_t> repairs_ended{}; ///< which channels, of those
};

/// sync_supervisor -> itself: an answer should have ended.
struct answer_due {
  channel_id channel = 0;
  std::uint64_t asked = 0; ///< number of the request
};

/// channel_receiver -> sync_supervisor: a decoded chunk or object was not what
/// its hash says; collecting from that sender starts again, or ends.
struct content_rejected {
  enum class cause {
    wrong_hash,
    not_opened, ///< a whole transmission that the key does not open
    not_sealed, ///< there is a key, but this was not sealed with any
    illegible,  ///< there is no key, and it seems to be sealed
  };
  channel_id channel = 0;
  cause why = cause::wrong_hash;
  ip6_address from{};
  std::uint32_t symbols_missing = 0; ///< of a range, from other senders
};

/// channel_receiver -> sync_supervisor: an object came whole, but its check
/// refused it. It is ignored from now on; others are still collected.
struct object_refused {
  channel_id channel = 0;
  error why;
};

/// channel_receiver -> sync_supervisor: some chunks of a range were not what
/// their hashes say. The others, if any, are on their way to the writer; the
/// range is done with.
struct range_rejected {
  channel_id channel = 0;
  std::uint32_t bad_chunks = 0; ///< a bit for each, the first lowest
  bool is_any_good = false;     ///< then the writer answers
  ip6_address from{};
};

/// channel_receiver -> chunk_writer: checked bytes and where they belong.
struct verified_chunk {
  channel_id channel = 0;
  std::vector<placed_piece> pieces;
  blob data;
};

/// channel_receiver -> sync_supervisor: the chunk is on its way to the writer;
/// the group can be left.
struct chunk_verified {
  channel_id channel = 0;
  hash_type type = hash_type::blake2b; ///< that verified it
  std::uint32_t symbols_source = 0;
  std::uint32_t symbols_repair = 0;
  ip6_address from{};
};

/// channel_receiver -> sync_supervisor: a whole object, its OID checked.
struct object_verified {
  channel_id channel = 0;
  hash_type type = hash_type::blake2b;
  blob data;
  std::uint32_t symbols_source = 0;
  std::uint32_t symbols_repair = 0;
  std::optional<range_position> position; ///< that came with it
  ip6_address from{};
};

/// sync_supervisor -> chunk_writer: first of all. Reserves the room and takes
/// over what stays.
struct begin_object {
  std::uint64_t length = 0;
  std::shared_ptr<const sync_plan> plan;
};

/// chunk_writer -> sync_supervisor: a chunk reached the sink; a slot of the
/// window is free.
struct chunk_written {
  channel_id channel = 0;
  std::uint64_t bytes = 0; ///< of the chunk or range
};

/// sync_supervisor -> chunk_writer: last of all. Makes the object visible.
struct finish_object {
  file_metadata metadata;
  metadata_choice choice;
  bool content_stays = false; ///< then there was no begin_object
};

/// chunk_writer -> sync_supervisor.
struct object_finished {};

/// chunk_writer -> sync_supervisor: the destination failed; nothing more will
/// be written.
struct write_failed {
  error failure;
};

/// sync_supervisor -> itself: look at the clock.
struct sync_tick {};

// -- sharing, in the order of the data -----------------------------------------

/// network -> join_listener: what one read of the MLD socket gave.
struct reports_heard {
  std::vector<group_change> changes;
  std::shared_ptr<const void> credit; ///< of the port
};

/// join_listener -> share_supervisor: without repeats. One per report batch.
struct groups_changed {
  std::vector<group_change> changes;
  std::shared_ptr<const void> credit; ///< of the port, until it was looked at
};

/// share_supervisor -> channel_sender: send this object once. At most
/// `sends_per_sender` are out at each sender.
struct send_channel {
  std::uint64_t ticket = 0; ///< given back in channel_sent
  group_address to;
  std::uint32_t interface_index = 0;
  shared_channel channel;
  std::optional<range_position> position; ///< to be told first
};

/// network -> channel_sender: a train has left; its buffer is free again.
struct train_returned {
  std::uint64_t ticket = 0;
  std::shared_ptr<train_sent> outcome;
};

/// channel_sender -> share_supervisor: done with a ticket, well or not.
struct channel_sent {
  std::uint64_t ticket = 0;
  errc result = errc::none;
  std::uint64_t packets = 0;
  std::uint64_t bytes_gross = 0;
  std::uint64_t bytes_info = 0;
};

/// share_supervisor -> itself: forget old requests.
struct share_tick {};

/// share_supervisor -> itself: what waited for more receivers may go.
struct hold_tick {};

} // namespace troupe

TROUPE_BEGIN_MESSAGES(troupe_parts, TROUPE_FIRST_TYPE_ID + 50)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::build_tree)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::hash_next)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::tree_built)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::diff_trees)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::trees_compared)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::open_channel)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::symbol_batch)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::symbols_arrived)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::answer_due)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::content_rejected)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::object_refused)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::range_rejected)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::verified_chunk)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::chunk_verified)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::object_verified)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::begin_object)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::chunk_written)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::finish_object)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::object_finished)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::write_failed)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::sync_tick)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::sync_report)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::sync_progress)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::reports_heard)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::groups_changed)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::send_channel)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::train_returned)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::channel_sent)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::share_tick)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::hold_tick)
TROUPE_LOCAL_MESSAGE(troupe_parts, troupe::share_report)
TROUPE_END_MESSAGES(troupe_parts)
