// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/chunking.hpp"
#include "core/errc.hpp"
#include "core/hash.hpp"

#include <span>
#include <vector>

namespace troupe {

/// Shape of the tree over `length` bytes: pure arithmetic, no hashes.
/// Nodes are in heap order: 0 is the root, children of i are 2i+1 and 2i+2,
/// chunk i is node base - 1 + i.
struct tree_shape {
  std::uint64_t length = 0; ///< bytes of the object
  std::uint64_t chunks = 1; ///< max(ceil(length / chunk_bytes), 1)
  std::uint64_t base = 1;   ///< chunks rounded up to a power of two
  std::uint64_t nodes = 1;  ///< 2 * base - 1

  friend bool operator==(const tree_shape&, const tree_shape&) = default;

  /// Bytes of the serialised tree: nodes * 32.
  std::uint64_t tree_bytes() const noexcept { return nodes * hash_bytes; }
};

/// The shape of an object; every length up to 2^62 has one.
tree_shape shape_of(std::uint64_t length) noexcept;

/// First and last leaf (chunk number, may lie past the last chunk) below
/// `node`. Precondition: node < shape.nodes.
struct leaf_span {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
leaf_span leaves_below(const tree_shape& shape, std::uint64_t node) noexcept;

/// The hashes of all chunks of an object and what folds from them.
/// A leaf without a chunk is 32 zero bytes; a parent is H(left || right) even
/// then; the tree of an empty object is one zero node that nothing was hashed
/// for. A value; reading from several threads is fine.
class merkle_tree {
public:
  /// The tree of an empty object.
  merkle_tree();

  /// Folds leaf hashes to the root. `leaves` has shape.chunks entries.
  /// Errors: invalid_argument when the number of leaves is another.
  static expected<merkle_tree> fold(hash_type type, std::uint64_t length,
                                    std::span<const hash> leaves);

  /// Takes nodes as they came from the network: checks their number before
  /// taking memory, every inner node against its children with `type`, and
  /// that exactly the leaves past the end are zero. An empty object has no
  /// bytes or one zero node. Errors: bad_object, hash_mismatch.
  /// A tree of one chunk has nothing more to check here: its chunk tells.
  static expected<merkle_tree> parse(hash_type type, std::uint64_t length,
                                     std::span<const std::byte> nodes);

  const tree_shape& shape() const noexcept { return shape_; }
  const hash& root() const noexcept { return nodes_.front(); }
  const hash& node(std::uint64_t index) const { return nodes_.at(index); }
  /// Hash of chunk `index`. Precondition: index < shape().chunks.
  const hash& leaf(std::uint64_t index) const {
    return nodes_[shape_.base - 1 + index];
  }
  std::span<const hash> leaves() const noexcept {
    return std::span{nodes_}.subspan(shape_.base - 1, shape_.chunks);
  }
  /// All nodes as they travel: nodes * 32 bytes in heap order.
  std::span<const std::byte> bytes() const noexcept {
    return std::as_bytes(std::span{nodes_});
  }

private:
  tree_shape shape_;
  std::vector<hash> nodes_;
};

} // namespace troupe
