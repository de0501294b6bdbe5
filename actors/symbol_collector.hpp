// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/blob.hpp"
#include "core/block_pool.hpp"
#include "core/hash.hpp"
#include "raptorq/block_decoder.hpp"
#include "transport/packet.hpp"

#include <optional>
#include <vector>

namespace troupe {

/// Collects the symbols of one block of known length and decodes it.
/// Nothing is allocated per symbol. One thread.
class symbol_collector {
public:
  /// `size_bytes` > 0, at most what RFC 6330 has in one block of symbols of
  /// `symbol_bytes` (T). The caller bounds it: this takes as much memory, out
  /// of `pool` if there is one.
  explicit symbol_collector(std::uint64_t size_bytes,
                            std::uint16_t symbol_bytes = classic_symbol_bytes,
                            std::shared_ptr<block_pool> pool = nullptr);

  /// Adds a symbol of block 0; ones that tell nothing new are ignored.
  /// True when it was new.
  bool add(const symbol_id& id, std::span<const std::byte> symbol);

  /// The object, when the symbols suffice. Cheap as long as they do not.
  std::optional<blob> decode();

  /// Forgets all symbols, after a decoded object turned out to be wrong.
  void restart();

  /// Symbols of the block (K), and how many are lacking: at least one as long
  /// as decode() gives nothing.
  std::uint32_t symbols() const noexcept { return k_; }
  std::uint32_t missing() const noexcept {
    return decoder_->held() < k_ ? k_ - decoder_->held() : 1;
  }

  std::uint32_t symbols_source() const noexcept { return source_; }
  std::uint32_t symbols_repair() const noexcept { return repair_; }

private:
  void take_memory();

  std::uint64_t size_bytes_;
  std::uint32_t k_;
  std::shared_ptr<block_pool> pool_;
  std::shared_ptr<const void> owner_;
  std::span<std::byte> block_;
  std::optional<raptorq::block_decoder> decoder_; ///< always there
  std::uint32_t source_ = 0;
  std::uint32_t repair_ = 0;
};

} // namespace troupe
