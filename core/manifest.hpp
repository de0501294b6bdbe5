// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/net_tree.hpp"
#include "core/subtree.hpp"

namespace troupe {

/// What a sharer tells of an object in the range protocol: enough to see what
/// of it has changed, 1024 chunks at a time.
struct manifest {
  hash_type type = hash_type::blake2b;
  std::uint16_t symbol_bytes = 0; ///< T of RFC 6330 in its range channels
  object_header header;           ///< as in classic mode
  hash root;                      ///< of the merkle tree
  std::vector<hash> blocks; ///< roots over leaf_block_chunks chunks each
  bool is_catalogue = false; ///< the object, memory, describes a directory

  subtree_cut cut() const noexcept {
    return cut_tree(shape_of(header.size), leaf_block_chunks);
  }
};

/// Smallest and largest T that is accepted; a multiple of four.
inline constexpr std::uint16_t min_range_symbol_bytes = 256;
inline constexpr std::uint16_t max_range_symbol_bytes = 8192;

/// The manifest of an object with the tree `tree`; no catalogue.
manifest make_manifest(hash_type type, std::uint16_t symbol_bytes,
                       object_header header, const merkle_tree& tree);

/// As it travels (docs/wire-format.md, "Manifest").
std::vector<std::byte> serialise(const manifest& value);

/// Whether an object begins as a manifest does.
bool is_manifest(std::span<const std::byte> object) noexcept;

/// Reads a manifest and checks that its blocks fold to its root.
/// `limit_bytes` bounds the object, max_catalogue_bytes a catalogue. Errors: bad_object, too_large,
/// unsupported (another version, an unknown hash), hash_mismatch.
expected<manifest> parse_manifest(std::span<const std::byte> bytes,
                                  std::uint64_t limit_bytes);

} // namespace troupe
