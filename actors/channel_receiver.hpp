// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/interfaces.hpp"
#include "actors/sealed_channel.hpp"

#include <list>

namespace troupe {

struct channel_receiver_options {
  /// Objects larger than this are not collected. Memory for one is taken
  /// before anything of it is verified.
  std::uint64_t max_object_bytes = 4u << 20;
  /// Objects of different identity or sender collected at once on one channel:
  /// two sharers may have the same name, and anybody may send to its group.
  std::size_t max_candidates = 8;
  std::uint64_t max_candidate_bytes = 16u << 20; ///< of all of them
  /// Senders whose symbols of one chunk, or of one larger block, are collected
  /// at once, each on its own, so that forged ones spoil nothing.
  std::size_t max_chunk_senders = 4;
  std::size_t max_range_senders = 2;
};

/// @relates channel_receiver
struct channel_receiver_state {
  channel_receiver_state() = default; // never an aggregate

  sync_supervisor_actor parent;
  chunk_writer_actor writer;
  channel_receiver_options options;

  open_channel now; ///< channel 0: idle
  std::vector<std::byte> opened; ///< a symbol out of its seal

  /// A chunk or range as one sender sends it.
  struct sender {
    ip6_address from;
    symbol_collector symbols;
    std::vector<std::uint32_t> ended; ///< requests answered, by first ESI
  };
  std::list<sender> senders;
  std::vector<ip6_address> unheard; ///< sent something wrong; few

  /// An object in collection, told apart by what its packets say of it.
  struct candidate {
    hash object;
    std::uint64_t bytes = 0;
    ip6_address from;
    symbol_collector symbols;
    std::optional<hash> wrong{}; ///< what it hashed to when it was wrong
  };
  std::list<candidate> objects; ///< most recently heard first
  std::vector<hash> refused;    ///< ids of objects that are not to be believed
  std::optional<range_position> position; ///< heard on an object's channel
  std::optional<sealed_channel> sealed; ///< in place of the others

  static inline const char* name = "troupe.channel-receiver";
};

/// Collects what one joined channel carries, decodes it and checks its hash.
/// Used again for channel after channel. Packets that do not fit are dropped:
/// a chunk's must carry its hash as object id, an object's must hash to it.
/// What one sender sends is never mixed with what another sends.
/// With a key, what does not open is no content at all.
///
/// Sends:  one of symbols_arrived, content_rejected per symbol_batch, or once
///         per channel: verified_chunk to `writer` and chunk_verified to
///         `parent`, or object_verified. Bounded by the slabs of the port.
/// Blocks: never; decoding and hashing a chunk take about 50 us.
channel_receiver_actor::behavior_type channel_receiver(
    channel_receiver_actor::stateful_pointer<channel_receiver_state> self,
    sync_supervisor_actor parent, chunk_writer_actor writer,
    channel_receiver_options options);

} // namespace troupe
