// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "core/chunking.hpp"

#include <librecast/mtree.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

/// Bits for each chunk beyond which none is shorter than a byte's worth.
constexpr unsigned most_bits = chunk_bytes;

bool are_comparable(const mtree_t* a, const mtree_t* b) {
  return a != nullptr && b != nullptr && a->tree != nullptr &&
         b->tree != nullptr && a->base > 0 && a->base == b->base &&
         a->nodes == b->nodes;
}

/// Compares two trees of one shape below a node.
class difference {
public:
  difference(const mtree_t& a, const mtree_t& b, std::size_t root,
             unsigned bits)
      : a_(a), b_(b), bits_(bits),
        first_(mtree_subtree_data_min(a.base, root)),
        count_(mtree_subtree_data_max(a.base, root) - first_ + 1),
        length_(std::max(a.len, b.len)) {}

  bool is_equal(std::size_t node) const {
    return std::memcmp(a_.tree + node * MTREE_HASHSIZE,
                       b_.tree + node * MTREE_HASHSIZE, MTREE_HASHSIZE) == 0;
  }

  std::size_t map_bytes() const { return (count_ * bits_ + 7) / 8; }

  void mark(std::size_t node, unsigned char* map) const {
    if (is_equal(node))
      return;
    if (node + 1 >= a_.base) {
      mark_chunk(node, map);
      return;
    }
    mark(2 * node + 1, map); // no deeper than the tree
    mark(2 * node + 2, map);
  }

private:
  /// A bit for each piece of the chunk; the last chunk may have fewer.
  void mark_chunk(std::size_t leaf, unsigned char* map) const {
    const auto chunk = leaf - (a_.base - 1);
    const auto chunks = std::max(a_.chunks, b_.chunks);
    if (chunk >= chunks)
      return;
    const auto bytes =
        std::max<std::uint64_t>(chunk_range(length_, chunk).length, 1);
    const auto piece = (chunk_bytes + bits_ - 1) / bits_;
    const auto pieces = (bytes + piece - 1) / piece;
    for (auto bit = (leaf - first_) * bits_, end = bit + pieces; bit < end;
         ++bit)
      map[bit / 8] |= static_cast<unsigned char>(1u << bit % 8);
  }

  const mtree_t& a_;
  const mtree_t& b_;
  std::size_t bits_;
  std::size_t first_; ///< leaf below the root
  std::size_t count_; ///< of leaves below the root
  std::size_t length_;
};

} // namespace

extern "C" {

unsigned char* mtree_diff_subtree(mtree_t* t1, mtree_t* t2, std::size_t root,
                                  unsigned bits) {
  if (!are_comparable(t1, t2) || root >= t1->nodes || bits == 0 ||
      bits > most_bits)
    return fail<unsigned char*>(EINVAL, nullptr);
  const difference found{*t1, *t2, root, bits};
  if (found.is_equal(root))
    return fail<unsigned char*>(0, nullptr);
  auto* map = static_cast<unsigned char*>(std::calloc(found.map_bytes(), 1));
  if (map != nullptr)
    found.mark(root, map);
  return map;
}

unsigned char* mtree_diff_map(mtree_t* t1, mtree_t* t2) {
  return mtree_diff_subtree(t1, t2, 0, 1);
}

void mtree_printmap(unsigned char* map, std::size_t len, FILE* stream) {
  if (map == nullptr || stream == nullptr)
    return;
  for (std::size_t bit = 0; bit < len; ++bit)
    std::fputc('0' + (map[bit / 8] >> bit % 8 & 1), stream);
  std::fputc('\n', stream);
}

} // extern "C"
