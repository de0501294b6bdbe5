// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/manifest.hpp"
#include "core/share_index.hpp"

#include <functional>

namespace troupe {

/// T of range channels unless a share is told otherwise: a packet of 1384
/// bytes fits a link of 1432 bytes, tunnels included, and 24 symbols carry a
/// chunk.
inline constexpr std::uint16_t default_range_symbol_bytes = 1368;

/// The same for encrypted shares, whose packets have 32 bytes more around the
/// symbol and so the same length.
inline constexpr std::uint16_t sealed_range_symbol_bytes = 1336;

/// What the range protocol adds to an index for an object whose classic
/// entries are there: its manifest, below each of `names` (channel hashes),
/// its leaf blocks and its ranges. Single chunks need no entry of their own.
/// `object` is make_tree_object() of the tree that `described` is of; leaf
/// blocks share its bytes. Calls `put` for each entry.
void index_ranges(const manifest& described, const merkle_tree& tree,
                  const blob& object, std::shared_ptr<const source> content,
                  std::span<const hash> names,
                  const std::function<void(const hash&, index_entry)>& put);

} // namespace troupe
