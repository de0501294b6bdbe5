// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/sharing/indexing.hpp"
#include "actors/sharing/path_events.hpp"
#include "core/live_index.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>

namespace troupe {

/// How paths are shared.
struct sharing_options {
  hash_type type = hash_type::blake2b;
  std::uint16_t range_symbol_bytes = 0; ///< 0: no range channels
  bool recursive = false;
  std::shared_ptr<const tree_cache> trees; ///< may be nullptr
  exclude_patterns exclude{}; ///< of what is in directories
};

/// The paths of one share, and an index of them that follows them when
/// they change. One thread at a time; the index may be used by any.
class shared_paths {
public:
  shared_paths(std::vector<std::string> paths, sharing_options how);

  /// What is shared; of a path that is not indexed yet, nothing.
  std::shared_ptr<const object_directory> index() const { return live_; }

  /// Indexes all paths. Blocks as long as reading them takes. Errors: as
  /// index_files(); cancelled soon after `stop` was asked for.
  expected<std::vector<indexed_file>> open(std::stop_token stop = {});

  /// What watch() tells: what is shared in another version now, or why
  /// something is not shared any more.
  struct observer {
    std::function<void(const indexed_file&)> renewed;
    std::function<void(const error&)> lost;
  };

  /// Looks at the paths again and again until it is told to stop, and indexes
  /// anew what has changed, once it has been quiet for a moment. Looking takes
  /// a fiftieth of the time at most, or a tenth while the kernel tells that
  /// something happens; `changes_seen` is what senders count when a file is no
  /// longer what it was, and makes it look at once. Blocks.
  void watch(std::stop_token stop, const observer& tell,
             const std::atomic<std::uint64_t>& changes_seen);

  /// One look of watch(), for who has a thread of his own: call it every
  /// look_interval. Blocks as long as looking and indexing take.
  void look(std::stop_token stop, const observer& tell,
            const std::atomic<std::uint64_t>& changes_seen);

  static constexpr std::chrono::milliseconds look_interval{200};

private:
  using clock = std::chrono::steady_clock;

  /// Some paths that are indexed together.
  struct group {
    std::vector<std::string> paths;
    hash indexed_as;  ///< fingerprint of what is in the index
    hash seen_as;     ///< of what was there when it was last looked at
    clock::time_point changed{}; ///< when it was first seen to have
  };

  hash fingerprint(const group& some, const std::stop_token& stop) const;
  expected<std::vector<indexed_file>> index_group(std::size_t number,
                                                  const hash& as,
                                                  std::stop_token stop);
  void look_at(std::size_t number, std::stop_token stop, const observer& tell);
  bool is_restless() const;

  sharing_options how_;
  std::vector<std::string> paths_;
  std::vector<group> groups_;
  clock::duration spent_looking_{}; ///< in this round
  clock::time_point next_look_{};
  clock::time_point restless_next_look_{};
  path_events events_;
  bool is_watching_ = false;
  bool has_happened_ = false;
  std::uint64_t changes_known_ = 0;
  std::shared_ptr<live_index> live_;
};

} // namespace troupe
