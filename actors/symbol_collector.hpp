// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/blob.hpp"
#include "core/hash.hpp"
#include "raptorq/block_decoder.hpp"
#include "transport/packet.hpp"

#include <optional>
#include <vector>

namespace troupe {

/// Collects the symbols of one object of known length and decodes it.
/// Nothing is allocated per symbol. One thread.
class symbol_collector {
public:
  /// `size_bytes` > 0, at most what RFC 6330 has in one block of 1024-byte
  /// symbols. The caller bounds it: this allocates as much.
  explicit symbol_collector(std::uint64_t size_bytes);

  /// Adds a symbol; ones that tell nothing new are ignored.
  /// True when it was new.
  bool add(const symbol_id& id, std::span<const std::byte> symbol);

  /// The object, when the symbols suffice. Cheap as long as they do not.
  std::optional<blob> decode();

  /// Forgets all symbols, after a decoded object turned out to be wrong.
  void restart();

  std::uint32_t symbols_source() const noexcept { return source_; }
  std::uint32_t symbols_repair() const noexcept { return repair_; }

private:
  std::uint64_t size_bytes_;
  std::uint32_t k_;
  std::shared_ptr<std::vector<std::byte>> block_;
  raptorq::block_decoder decoder_;
  std::uint32_t source_ = 0;
  std::uint32_t repair_ = 0;
};

} // namespace troupe
