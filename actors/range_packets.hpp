// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/object_packets.hpp"
#include "actors/repair_store.hpp"
#include "actors/share_channels.hpp"
#include "core/read_buffer.hpp"
#include "transport/range_packet.hpp"

#include <list>

namespace troupe {

/// Fills trains with the packets of range channels: all source symbols of a
/// block once, or a few repair symbols of it. Keeps its scratch memory, so one
/// per sender. One thread.
class range_packets {
public:
  /// `symbol_bytes`: T; 0 when there are no range channels.
  /// Seals what has to be with `seal`. `repairs` may be shared with others.
  explicit range_packets(std::uint16_t symbol_bytes,
                         std::optional<range_seal> seal = std::nullopt,
                         std::shared_ptr<repair_store> repairs =
                             std::make_shared<repair_store>())
      : symbol_bytes_(symbol_bytes), seal_(std::move(seal)),
        repairs_(std::move(repairs)) {}

  /// Reads the block and fills `train.bytes`, packet_bytes and burst_packets.
  /// Precondition: `what` is data or repair. Errors: source_changed, io_error.
  expected<object_packets::filled> fill(packet_train& train,
                                        const shared_channel& what);

  /// Makes the repair symbols that will be asked for of the block that fill()
  /// sent last, if any are likely to be: it is still in the processor's cache.
  void prepare_repair();

private:
  void seal(packet_train& train, const hash& channel, std::uint32_t block_bytes,
            std::uint32_t first_esi);
  errc fill_data(packet_train& train,
                 const std::shared_ptr<const source>& from, byte_range range);
  errc fill_repair(packet_train& train,
                   const std::shared_ptr<const source>& from, byte_range range,
                   std::uint32_t index);

  /// Blocks that were read last: of several receivers one may ask for what the
  /// other did not.
  struct block {
    std::shared_ptr<const source> from;
    byte_range range;
    read_buffer bytes;
  };
  expected<const block*> read(const std::shared_ptr<const source>& from,
                              byte_range range);
  errc encode(const block& of, symbol_span first, std::uint32_t count);

  std::uint16_t symbol_bytes_;
  std::optional<range_seal> seal_;
  std::shared_ptr<repair_store> repairs_;
  std::size_t front_bytes_ = 0; ///< of the packets being made
  std::list<block> blocks_;     ///< used last first
  bool is_data_last_ = false;   ///< the first of them was sent last
};

} // namespace troupe
