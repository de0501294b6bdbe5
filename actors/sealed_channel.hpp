// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/sealed_collector.hpp"
#include "core/hash.hpp"
#include "transport/group_address.hpp"

#include <list>
#include <vector>

namespace troupe {

/// What one joined group carries of sealed objects: a chunk, or an object of
/// which only the name is known. Keeps apart what differs in object id, length
/// or sender. Pure; one thread.
class sealed_channel {
public:
  struct limits {
    std::uint64_t object_bytes = 4u << 20; ///< plain; larger ones are ignored
    std::size_t candidates = 4;            ///< collected at once
  };

  /// Objects of any id. Any of `types` may verify them.
  sealed_channel(seal_key key, std::vector<hash_type> types, limits most);
  /// The chunk `id` of `chunk_bytes` plain bytes.
  sealed_channel(seal_key key, std::vector<hash_type> types, const hash& id,
                 std::uint32_t chunk_bytes);

  enum class result {
    nothing,    ///< no news
    more,       ///< a new symbol, but not enough yet
    wrong_hash, ///< opened, but not what its id says
    not_opened, ///< a whole transmission that the key does not open
    not_sealed, ///< a whole transmission that is no sealed one
    complete,   ///< see content()
  };
  /// Takes a packet of the group in.
  result take(const packet_view& packet, const ip6_address& from);

  /// What was opened and verified. After `complete` only.
  struct content {
    hash_type type = hash_type::blake2b;
    blob plain;
    std::uint32_t symbols_source = 0;
    std::uint32_t symbols_repair = 0;
  };
  const content& found() const noexcept { return found_; }

private:
  struct candidate {
    hash object;
    std::uint64_t bytes = 0; ///< sealed
    ip6_address from;
    sealed_collector symbols;
  };
  bool is_wanted(const packet_view& packet) const noexcept;
  candidate& candidate_for(const packet_view& packet, const ip6_address& from);
  std::optional<hash_type> verify(const hash& id,
                                  std::span<const std::byte> bytes) const;

  seal_key key_;
  std::vector<hash_type> types_;
  limits most_;
  std::optional<hash> chunk_;
  std::uint64_t chunk_bytes_ = 0; ///< sealed
  std::list<candidate> candidates_; ///< most recently heard first
  content found_;
};

} // namespace troupe
