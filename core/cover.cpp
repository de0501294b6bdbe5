// SPDX-License-Identifier: BSD-3-Clause
#include "core/cover.hpp"

#include "core/subtree.hpp"

namespace troupe {

std::vector<cover_item> cover_plan(const sync_plan& plan,
                                   const tree_shape& shape,
                                   std::uint32_t wanted_of_4) {
  std::vector<cover_item> cover;
  const auto cut = cut_tree(shape, range_chunks);
  const auto& fetch = plan.fetch;
  for (std::uint64_t begin = 0; begin < fetch.size();) {
    const auto range = fetch[begin].places.front() / cut.width;
    auto end = begin + 1;
    while (end < fetch.size() && fetch[end].places.front() / cut.width == range)
      ++end;
    if (4 * (end - begin) >= wanted_of_4 * cut.chunks(range))
      cover.push_back({begin, static_cast<std::uint32_t>(end - begin), range});
    else
      for (auto i = begin; i < end; ++i)
        cover.push_back({i, 1, cover_item::single});
    begin = end;
  }
  return cover;
}

} // namespace troupe
