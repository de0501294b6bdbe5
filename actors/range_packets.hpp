// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/object_packets.hpp"
#include "actors/share_channels.hpp"

#include <list>

namespace troupe {

/// Fills trains with the packets of range channels: all source symbols of a
/// block once, or a few repair symbols of it. Keeps its scratch memory, so one
/// per sender. One thread.
class range_packets {
public:
  /// `symbol_bytes`: T; 0 when there are no range channels.
  /// Seals what has to be with `seal`.
  explicit range_packets(std::uint16_t symbol_bytes,
                         std::optional<range_seal> seal = std::nullopt)
      : symbol_bytes_(symbol_bytes), seal_(std::move(seal)) {}

  /// Reads the block and fills `train.bytes`, packet_bytes and burst_packets.
  /// Precondition: `what` is data or repair. Errors: source_changed, io_error.
  expected<object_packets::filled> fill(packet_train& train,
                                        const shared_channel& what);

private:
  void seal(packet_train& train, const hash& channel, std::uint32_t block_bytes,
            std::uint32_t first_esi);
  errc fill_data(packet_train& train, const source& from, byte_range range);
  errc fill_repair(packet_train& train,
                   const std::shared_ptr<const source>& from, byte_range range,
                   std::uint32_t first_esi);

  std::uint16_t symbol_bytes_;
  std::optional<range_seal> seal_;
  std::size_t front_bytes_ = 0; ///< of the packets being made

  /// The repair symbols of some consecutive channels.
  struct repair_batch {
    std::uint32_t first_esi = 0;
    std::vector<std::byte> symbols; ///< one behind the other
  };
  /// Blocks that were encoded last: receivers ask for several repair channels
  /// of a block, at once and one after the other.
  struct encoded_block {
    std::shared_ptr<const source> from;
    byte_range range;
    std::vector<std::byte> bytes;
    std::list<repair_batch> batches; ///< used last first
  };
  expected<encoded_block*> read(const std::shared_ptr<const source>& from,
                                byte_range range);
  expected<std::span<const std::byte>> symbols_of(encoded_block& block,
                                                  std::uint32_t first_esi,
                                                  std::uint32_t count);
  std::list<encoded_block> blocks_; ///< used last first
};

} // namespace troupe
