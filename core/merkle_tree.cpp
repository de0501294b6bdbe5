// SPDX-License-Identifier: BSD-3-Clause
#include "core/merkle_tree.hpp"

#include "core/hash_many.hpp"
#include "core/hasher.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace troupe {

namespace {

/// Parents hashed at a time.
constexpr std::size_t group_size = 256;

/// Calls `visit(first node, parent hashes)` for all inner nodes, children
/// first. Subtrees without a chunk have one hash per height, so that padding,
/// which can be half of the tree, is hashed once per height. Stops when
/// `visit` says false.
template <class Visit>
bool fold_inner_nodes(hash_type type, const tree_shape& shape,
                      const std::vector<hash>& nodes, Visit visit) {
  std::array<hash, group_size> group;
  hash empty;
  auto used = shape.chunks; // nodes of this height with a chunk below them
  for (auto width = shape.base / 2; width > 0; width /= 2) {
    used = (used + 1) / 2;
    if (used < width)
      empty = hash_pair(type, empty, empty);
    for (std::uint64_t i = 0; i < width;) {
      const auto node = width - 1 + i;
      const auto rest = (i < used ? used : width) - i;
      const auto parents =
          std::span{group}.first(std::min<std::uint64_t>(rest, group_size));
      // The two children of each parent lie side by side.
      if (i < used)
        hash_chunks(type,
                    std::as_bytes(std::span{nodes}.subspan(
                        2 * node + 1, 2 * parents.size())),
                    2 * hash_bytes, parents);
      else
        std::fill(parents.begin(), parents.end(), empty);
      if (!visit(node, std::span<const hash>{parents}))
        return false;
      i += parents.size();
    }
  }
  return true;
}

} // namespace

tree_shape shape_of(std::uint64_t length) noexcept {
  const auto chunks = chunk_count(length);
  const auto base = std::bit_ceil(chunks);
  return {length, chunks, base, 2 * base - 1};
}

leaf_span leaves_below(const tree_shape& shape, std::uint64_t node) noexcept {
  const auto depth = std::bit_width(node + 1) - 1;
  const auto height = std::bit_width(shape.base) - 1 - depth;
  const auto first = ((node + 1) << height) - shape.base;
  return {first, first + (std::uint64_t{1} << height) - 1};
}

merkle_tree::merkle_tree() : shape_(shape_of(0)), nodes_(1) {}

expected<merkle_tree> merkle_tree::fold(hash_type type, std::uint64_t length,
                                        std::span<const hash> leaves) {
  merkle_tree tree;
  tree.shape_ = shape_of(length);
  if (leaves.size() != tree.shape_.chunks)
    return errc::invalid_argument;
  if (length == 0)
    return tree;
  tree.nodes_.resize(tree.shape_.nodes);
  std::copy(leaves.begin(), leaves.end(),
            tree.nodes_.begin() +
                static_cast<std::ptrdiff_t>(tree.shape_.base - 1));
  fold_inner_nodes(type, tree.shape_, tree.nodes_,
                   [&](std::uint64_t node, std::span<const hash> values) {
                     std::copy(values.begin(), values.end(),
                               tree.nodes_.begin() +
                                   static_cast<std::ptrdiff_t>(node));
                     return true;
                   });
  return tree;
}

expected<merkle_tree> merkle_tree::parse(hash_type type, std::uint64_t length,
                                         std::span<const std::byte> nodes) {
  merkle_tree tree;
  tree.shape_ = shape_of(length);
  if (length == 0 && nodes.empty())
    return tree;
  if (nodes.size() != tree.shape_.tree_bytes())
    return errc::bad_object;
  tree.nodes_.resize(tree.shape_.nodes);
  std::memcpy(tree.nodes_.data(), nodes.data(), nodes.size());

  // Zero means "no chunk here": past the end always, before it never, since
  // nothing is known that hashes to zero.
  const auto first_leaf =
      tree.nodes_.begin() + static_cast<std::ptrdiff_t>(tree.shape_.base - 1);
  const auto end_of_chunks =
      length == 0
          ? first_leaf
          : first_leaf + static_cast<std::ptrdiff_t>(tree.shape_.chunks);
  const auto is_zero = [](const hash& leaf) { return leaf.is_zero(); };
  if (std::any_of(first_leaf, end_of_chunks, is_zero) ||
      !std::all_of(end_of_chunks, tree.nodes_.end(), is_zero))
    return errc::bad_object;

  const auto sound =
      fold_inner_nodes(type, tree.shape_, tree.nodes_,
                       [&](std::uint64_t node, std::span<const hash> values) {
                         return std::equal(
                             values.begin(), values.end(),
                             tree.nodes_.begin() +
                                 static_cast<std::ptrdiff_t>(node));
                       });
  if (!sound)
    return errc::hash_mismatch;
  return tree;
}

} // namespace troupe
