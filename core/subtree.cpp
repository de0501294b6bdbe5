// SPDX-License-Identifier: BSD-3-Clause
#include "core/subtree.hpp"

#include "core/hash_many.hpp"
#include "core/hasher.hpp"

namespace troupe {

namespace {

/// Folds `nodes`, continued with `padding` to `width` of them, to one.
hash fold(hash_type type, std::vector<hash> nodes, std::uint64_t width,
          hash padding) {
  for (; width > 1; width /= 2) {
    if (nodes.size() % 2 != 0)
      nodes.push_back(padding);
    std::vector<hash> parents(nodes.size() / 2);
    hash_chunks(type, std::as_bytes(std::span{nodes}), 2 * hash_bytes, parents);
    if (parents.size() < width / 2)
      padding = hash_pair(type, padding, padding);
    nodes = std::move(parents);
  }
  return nodes.front();
}

} // namespace

subtree_cut cut_tree(const tree_shape& shape, std::uint64_t width) noexcept {
  return {shape, std::min(width, shape.base)};
}

hash fold_leaves(hash_type type, std::span<const hash> leaves,
                 std::uint64_t width) {
  return fold(type, {leaves.begin(), leaves.end()}, width, hash{});
}

hash fold_subtrees(hash_type type, const subtree_cut& cut,
                   std::span<const hash> roots) {
  hash padding; // the root of a subtree without chunks
  if (roots.size() < cut.shape.base / cut.width)
    for (auto width = cut.width; width > 1; width /= 2)
      padding = hash_pair(type, padding, padding);
  return fold(type, {roots.begin(), roots.end()}, cut.shape.base / cut.width,
              padding);
}

} // namespace troupe
