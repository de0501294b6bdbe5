// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/mdex_handle.hpp"
#include "core/directory_index.hpp"

namespace troupe::capi {

/// How a directory is read.
struct directory_call {
  hash_type type;
  q_t* queue; ///< may be nullptr
  const no_cancel& guard;
  bool with_pack = true; ///< costs a second reading
  std::uint32_t levels = scan_options{}.levels;
  bool one_file_system = false;
};

/// A directory whose files have all been hashed, not in any index yet: so one
/// that cannot be read leaves an index as it was.
struct read_result {
  directory_scan scan;
  std::vector<merkle_tree> trees; ///< at the place of their entry
  directory_ids ids;
  /// What the range protocol sends for it as a whole; nullptr where that has no
  /// form for it, as for a path of more than 4095 bytes.
  std::shared_ptr<const share_index> pack;

  /// Enters it, with the alias of every entry; `path` is where it was read.
  void add_to(mdex_index& index, const std::filesystem::path& path) const;
};

/// Scans and hashes, the latter twice for the pack. Blocks; unwinds soon if the thread is cancelled. Errors:
/// those of scan_directory() and of reading.
expected<read_result> read_directory(const std::filesystem::path& path,
                                     const directory_call& call);

/// Levels that mdex_addfile looks into, by its flags and mdex->maxdepth.
std::uint32_t levels_for(const mdex_t& mdex, int flags);

} // namespace troupe::capi
