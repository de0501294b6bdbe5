// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/merkle_tree.hpp"

namespace troupe {

/// Chunks below the nodes that name range channels: 1 MiB.
inline constexpr std::uint32_t range_chunks = 32;
/// Chunks below the nodes that a manifest lists and a leaf block expands.
inline constexpr std::uint32_t leaf_block_chunks = 1024;

/// The subtrees over `width` chunks each that a tree is cut into, from the
/// left. A tree that is narrower is one subtree. Pure arithmetic.
struct subtree_cut {
  tree_shape shape;
  std::uint64_t width = 1; ///< a power of two, at most shape.base

  /// Subtrees with at least one chunk.
  std::uint64_t count() const noexcept {
    return (shape.chunks + width - 1) / width;
  }
  /// Node number of the root of subtree `index`.
  std::uint64_t node(std::uint64_t index) const noexcept {
    return shape.base / width - 1 + index;
  }
  std::uint64_t first_chunk(std::uint64_t index) const noexcept {
    return index * width;
  }
  /// Chunks in subtree `index`: `width`, or fewer in the last one.
  std::uint64_t chunks(std::uint64_t index) const noexcept {
    return std::min(width, shape.chunks - first_chunk(index));
  }
  /// The bytes of its chunks.
  byte_range bytes(std::uint64_t index) const noexcept {
    const auto offset = first_chunk(index) * chunk_bytes;
    return {offset, std::min<std::uint64_t>(width * chunk_bytes,
                                            shape.length - offset)};
  }
};

/// Cuts at `width` chunks (a power of two), or at the root if that is less.
subtree_cut cut_tree(const tree_shape& shape, std::uint64_t width) noexcept;

/// The root of the subtree over `leaves`, padded with zero leaves to `width`,
/// a power of two. Precondition: 0 < leaves.size() <= width.
hash fold_leaves(hash_type type, std::span<const hash> leaves,
                 std::uint64_t width);

/// The root of a tree from the roots of all its subtrees.
/// Precondition: roots.size() == cut.count().
hash fold_subtrees(hash_type type, const subtree_cut& cut,
                   std::span<const hash> roots);

} // namespace troupe
