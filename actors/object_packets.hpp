// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/share_index.hpp"
#include "transport/network.hpp"
#include "transport/packet.hpp"

namespace troupe {

/// Fills trains with the packets of one transmission: the source symbols in
/// order, then repair symbols that differ from one transmission to the next.
/// Keeps its scratch memory, so one per sender. One thread.
class object_packets {
public:
  /// `overhead_packets` beyond K' in each transmission.
  object_packets(hash_type type, std::uint32_t overhead_packets)
      : type_(type), overhead_packets_(overhead_packets) {}

  /// What a filled train carries.
  struct filled {
    std::uint64_t packets = 0;
    std::uint64_t bytes_info = 0;  ///< plain bytes of the object
    std::uint64_t bytes_gross = 0; ///< payload without object id and OTI
  };

  /// Reads `object` and fills `train.bytes`, packet_bytes and burst_packets.
  /// Errors: source_changed, io_error, too_large (needs more than one source
  /// block).
  expected<filled> fill(packet_train& train,
                        const object_directory::found& object);

private:
  expected<filled> encode(packet_train& train, const hash& id,
                          std::span<const std::byte> data, bool with_info);

  hash_type type_;
  std::uint32_t overhead_packets_;
  std::uint32_t transmissions_ = 0;
  std::vector<std::byte> scratch_;
  std::vector<std::uint32_t> esis_;
};

} // namespace troupe
