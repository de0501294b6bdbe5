// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/chunk_map.hpp"
#include "core/merkle_tree.hpp"

namespace troupe {

/// One chunk to get from the network. Equal content is fetched once and
/// written wherever it belongs.
struct chunk_fetch {
  hash id;                           ///< hash of the chunk, names its channel
  std::uint32_t size_bytes = 0;      ///< 1..chunk_bytes
  std::vector<std::uint64_t> places; ///< chunk numbers in the new object
};

/// One chunk that the old object has, but elsewhere.
struct chunk_copy {
  hash id;
  std::uint32_t size_bytes = 0;
  std::uint64_t from = 0; ///< chunk number in the old object
  std::uint64_t to = 0;   ///< chunk number in the new object
};

/// What has to happen so that the old object becomes the new one. Every chunk
/// of the new object is in exactly one of keep, copy and fetch.
struct sync_plan {
  chunk_map keep;                  ///< equal at the same place
  std::vector<chunk_copy> copy;    ///< ascending by `to`
  std::vector<chunk_fetch> fetch;  ///< ascending by the first place
  std::uint64_t fetch_bytes = 0;   ///< sum of size_bytes over fetch

  /// True when the old object already has the new one's content and length.
  bool nothing_to_do = false;
};

/// Compares two trees made with the same hash type. `old_tree` may be of
/// another length and may have zero leaves, which match nothing; `new_tree` has
/// none. A last chunk that changed its length is not kept. An empty new
/// object needs nothing: its one empty chunk is in keep. Equal subtrees are
/// compared by one hash. Chunks of the old object in `fixed`, nullptr for none,
/// may be kept but not copied. Pure; any thread.
sync_plan make_plan(const merkle_tree& old_tree, const merkle_tree& new_tree,
                    const chunk_map* fixed = nullptr);

/// The same plan for a receiver that takes chunks more or less in order: content
/// whose places are further apart than `window_chunks` is fetched for the later
/// ones again. Of the plan of a receiver that has nothing.
sync_plan fetch_in_order(sync_plan plan, std::uint64_t window_chunks);

/// The plan of a receiver that has nothing.
sync_plan make_plan(const merkle_tree& new_tree);

/// The same plan for a receiver that has no use for the chunks of the new
/// object in `unwanted`, which has its length: neither copied nor fetched.
sync_plan without(sync_plan plan, const chunk_map& unwanted);

} // namespace troupe
