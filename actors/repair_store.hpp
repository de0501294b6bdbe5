// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/chunking.hpp"
#include "core/source.hpp"

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace troupe {

/// Repair symbols that were made for the blocks of a share, the ones used last:
/// making some of a block means reading all of it, so they are made several at
/// once, and before they are asked for when that is likely. One for all senders
/// of a share. Any thread; blocks for no longer than it takes to copy a pointer.
class repair_store {
public:
  /// Some consecutive symbols, one behind the other.
  using symbols = std::shared_ptr<const std::vector<std::byte>>;

  /// Keeps `most_bytes` of symbols and one batch more.
  explicit repair_store(std::size_t most_bytes = std::size_t{8} << 20)
      : most_bytes_(most_bytes) {}

  /// The symbols of a block from `first_esi` on; nullptr if they are not there.
  symbols find(const std::shared_ptr<const source>& from, byte_range range,
               std::uint32_t first_esi);
  void put(std::shared_ptr<const source> from, byte_range range,
           std::uint32_t first_esi, symbols made);

  /// A block was sent.
  void data_sent();
  /// What is made at once: some narrow repair channels, or a wide one.
  enum class batch { narrow, wide };
  /// Somebody asked for repair of a block, of its batch `number`.
  void repair_asked(batch kind, std::uint32_t number);
  /// How many batches of a block that is sent now will be asked for, as far as
  /// the last ones tell; 0 when nothing gets lost.
  std::uint32_t batches_expected(batch kind) const;

private:
  struct entry {
    std::shared_ptr<const source> from;
    byte_range range;
    std::uint32_t first_esi = 0;
    symbols made;
  };

  mutable std::mutex mutex_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::list<entry> entries_; ///< used last first
  std::array<std::uint32_t, 2> expected_{}; ///< of either kind
  std::uint32_t sent_since_asked_ = 0;
};

} // namespace troupe
