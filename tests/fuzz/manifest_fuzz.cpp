// SPDX-License-Identifier: BSD-3-Clause
// What range channels begin with: manifests and leaf blocks.
#include "core/hasher.hpp"
#include "core/manifest.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cstring>

namespace troupe::fuzz {

namespace {

constexpr std::size_t fixed_bytes = 16; ///< before a manifest's header

/// Makes the root what the blocks fold to, where there is a root: no fuzzer
/// finds a hash by chance, and a forger need not.
std::vector<std::byte> with_true_root(octets input) {
  std::vector<std::byte> text(input.begin(), input.end());
  if (text.size() < fixed_bytes + net_tree_header_bytes + hash_bytes)
    return text;
  reader in{octets{text}.subspan(12)};
  const auto header_bytes = in.take(4);
  const auto size = in.take(8);
  const auto root_at = fixed_bytes + header_bytes;
  if (header_bytes > text.size() || root_at + hash_bytes > text.size())
    return text;
  std::vector<hash> blocks((text.size() - root_at) / hash_bytes - 1);
  if (!blocks.empty())
    std::memcpy(blocks.data(), text.data() + root_at + hash_bytes,
                blocks.size() * hash_bytes);
  const auto cut = cut_tree(shape_of(size), leaf_block_chunks);
  hash root;
  if (size > 0 && cut.count() == blocks.size())
    root = fold_subtrees(hash_type::blake2b, cut, blocks);
  std::ranges::copy(root.bytes, text.begin() +
                                    static_cast<std::ptrdiff_t>(root_at));
  return text;
}

} // namespace

bool manifest(octets input) {
  reader in{input};
  const auto how = in.take(1);
  const auto limit_bytes = std::uint64_t{1} << how % 64;
  const auto text = how < 128
                        ? std::vector(in.rest().begin(), in.rest().end())
                        : with_true_root(in.rest());
  const auto value = parse_manifest(text, limit_bytes);
  if (!value)
    return false;
  demand(is_manifest(text) && is_available(value->type));
  demand(value->symbol_bytes >= min_range_symbol_bytes &&
         value->symbol_bytes <= max_range_symbol_bytes &&
         value->symbol_bytes % 4 == 0);
  demand(value->header.size <= limit_bytes);
  demand(value->blocks.size() * hash_bytes <= text.size());
  demand(value->blocks.size() ==
         (value->header.size == 0 ? 0 : value->cut().count()));
  demand(!value->is_catalogue ||
         value->header.kind() == object_kind::memory);
  const auto again = parse_manifest(serialise(*value), limit_bytes);
  demand(again && again->type == value->type && again->root == value->root &&
         again->blocks == value->blocks && again->header == value->header &&
         again->symbol_bytes == value->symbol_bytes &&
         again->is_catalogue == value->is_catalogue);
  return true;
}

// Leaves cut at any width fold to the same root as all of them together.
bool leaves(octets input) {
  constexpr auto type = hash_type::blake2b;
  reader in{input};
  const auto width = std::uint64_t{1} << in.take(1) % 12;
  const auto last_bytes = 1 + in.take(2) % chunk_bytes;
  const auto rest = in.rest();
  std::vector<hash> chunks(rest.size() / hash_bytes);
  if (chunks.empty() || chunks.size() > 4096)
    return false;
  std::memcpy(chunks.data(), rest.data(), chunks.size() * hash_bytes);
  const auto length =
      std::uint64_t{chunk_bytes} * (chunks.size() - 1) + last_bytes;
  const auto whole = merkle_tree::fold(type, length, chunks);
  demand(bool{whole});
  const auto cut = cut_tree(whole->shape(), width);
  demand(cut.width <= width && cut.count() <= chunks.size());
  std::vector<hash> roots;
  std::uint64_t covered = 0;
  for (std::uint64_t i = 0; i < cut.count(); ++i) {
    const auto part = std::span{chunks}.subspan(cut.first_chunk(i),
                                                cut.chunks(i));
    roots.push_back(fold_leaves(type, part, cut.width));
    demand(roots.back() == whole->node(cut.node(i)));
    demand(cut.bytes(i).offset == covered);
    covered += cut.bytes(i).length;
  }
  demand(covered == length);
  demand(fold_subtrees(type, cut, roots) == whole->root());
  return true;
}

} // namespace troupe::fuzz
