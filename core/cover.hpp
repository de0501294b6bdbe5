// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/diff.hpp"

#include <limits>

namespace troupe {

/// Something to ask a sharer for: one chunk, or a whole range for the chunks
/// in it that are wanted.
struct cover_item {
  static constexpr std::uint64_t single =
      std::numeric_limits<std::uint64_t>::max();

  std::uint64_t fetch_begin = 0; ///< first entry of sync_plan::fetch
  std::uint32_t fetch_count = 1; ///< entries from there on
  std::uint64_t range = single;  ///< number of the range, or `single`
};

/// Covers all of `plan.fetch`, in order: a range (of range_chunks) where at
/// least `wanted_of_4` quarters of its chunks are wanted, else single chunks.
/// `wanted_of_4` above 4 means single chunks only. Pure.
std::vector<cover_item> cover_plan(const sync_plan& plan,
                                   const tree_shape& shape,
                                   std::uint32_t wanted_of_4 = 3);

} // namespace troupe
