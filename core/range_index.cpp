// SPDX-License-Identifier: BSD-3-Clause
#include "core/range_index.hpp"

#include "core/channel_key.hpp"

namespace troupe {

void index_ranges(const manifest& described, const merkle_tree& tree,
                  const blob& object, std::shared_ptr<const source> content,
                  std::span<const hash> names,
                  const std::function<void(const hash&, index_entry)>& put) {
  const blob sent{serialise(described)};
  for (const auto& name : names)
    put(channel_id_of(channel_kind::manifest, name), indexed_object{sent});
  const auto& shape = tree.shape();
  if (shape.length == 0)
    return;
  const auto blocks = cut_tree(shape, leaf_block_chunks);
  const auto first_leaf = object.size() - shape.base * hash_bytes;
  for (std::uint64_t i = 0; i < blocks.count(); ++i)
    put(channel_id_of(channel_kind::leaves, tree.node(blocks.node(i))),
        indexed_object{
            object.slice(first_leaf + blocks.first_chunk(i) * hash_bytes,
                         blocks.chunks(i) * hash_bytes)});
  const auto ranges = cut_tree(shape, range_chunks);
  for (std::uint64_t i = 0; i < ranges.count(); ++i)
    put(channel_id_of(channel_kind::data, tree.node(ranges.node(i))),
        indexed_range{content, ranges.bytes(i)});
}

} // namespace troupe
