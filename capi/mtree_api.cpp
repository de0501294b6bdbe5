// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/tree_work.hpp"

#include <librecast/mtree.h>

#include <bit>
#include <cstdlib>
#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

hash node_of(const mtree_t& tree, std::size_t number) {
  hash value;
  std::memcpy(value.bytes.data(), tree.tree + number * hash_bytes, hash_bytes);
  return value;
}

int build(mtree_t& tree, void* data, q_t* q) {
  const no_cancel guard;
  const auto input =
      make_memory_source({static_cast<const std::byte*>(data), tree.len});
  const auto built = build_tree(default_hash_type(), input, q, guard);
  if (!built)
    return fail(built.error().code, -1);
  if (built->shape().nodes != tree.nodes)
    return fail(EINVAL, -1); // a structure that mtree_init did not make
  tree.data = data;
  std::memcpy(tree.tree, built->bytes().data(), built->bytes().size());
  return 0;
}

/// The leaves below `root` of a tree of `base` leaves.
leaf_span leaves_of(std::size_t base, std::size_t root) {
  tree_shape shape;
  shape.base = base;
  shape.nodes = 2 * shape.base - 1;
  if (!std::has_single_bit(base) || root >= shape.nodes)
    return {}; // no such tree: the first leaf
  return leaves_below(shape, root);
}

} // namespace

extern "C" {

int mtree_init(mtree_t* tree, std::size_t len) {
  if (tree == nullptr)
    return fail(EINVAL, -1);
  const auto shape = shape_of(len);
  *tree = {};
  tree->len = len;
  tree->base = shape.base;
  tree->chunks = shape.chunks;
  tree->nodes = shape.nodes;
  tree->tree = static_cast<std::uint8_t*>(std::calloc(shape.nodes, hash_bytes));
  return tree->tree != nullptr ? 0 : fail(ENOMEM, -1);
}

void mtree_free(mtree_t* tree) {
  if (tree == nullptr)
    return;
  errno_keeper keep;
  std::free(tree->tree);
  tree->tree = nullptr;
}

int mtree_build(mtree_t* tree, void* data, q_t* q) {
  if (tree == nullptr || tree->tree == nullptr ||
      (data == nullptr && tree->len > 0))
    return fail(EINVAL, -1);
  if (tree->len == 0)
    return 0;
  return guarded(-1, [&] { return build(*tree, data, q); });
}

int mtree_verify(mtree_t* tree) {
  if (tree == nullptr || tree->tree == nullptr)
    return fail(EINVAL, -1);
  if (tree->len == 0)
    return 0;
  return guarded(-1, [&] {
    const auto type = default_hash_type();
    for (std::size_t n = 0; n + 1 < tree->base; ++n)
      if (node_of(*tree, n) != hash_pair(type, node_of(*tree, 2 * n + 1),
                                         node_of(*tree, 2 * n + 2)))
        return fail(EBADMSG, -1);
    return 0;
  });
}

std::uint8_t* mtree_nnode(mtree_t* tree, std::size_t node) {
  if (tree == nullptr || tree->tree == nullptr || node >= tree->nodes)
    return fail<std::uint8_t*>(ERANGE, nullptr);
  return tree->tree + node * hash_bytes;
}

std::size_t mtree_child(mtree_t* tree, std::size_t node) {
  return tree != nullptr && node + 1 < tree->base ? 2 * node + 1 : 0;
}

std::size_t mtree_subtree_data_min(std::size_t base, std::size_t root) {
  return base - 1 + leaves_of(base, root).first;
}

std::size_t mtree_subtree_data_max(std::size_t base, std::size_t root) {
  return base - 1 + leaves_of(base, root).last;
}

void mtree_hexdump(mtree_t* tree, FILE* stream) {
  if (tree == nullptr || tree->tree == nullptr || stream == nullptr)
    return;
  char hex[HEXLEN];
  for (std::size_t n = 0; n < tree->nodes; ++n)
    std::fprintf(stream, "%08zu: %s\n", n,
                 hash_bin2hex(hex, sizeof(hex), tree->tree + n * hash_bytes,
                              hash_bytes));
}

} // extern "C"
