// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/oti.hpp"
#include "core/blob.hpp"
#include "core/hash.hpp"
#include "raptorq/object_encoder.hpp"

#include <cstdint>
#include <random>
#include <span>

namespace troupe::capi {

/// Packets beyond K' after which a sender that is asked packet by packet
/// begins again with the first symbol.
inline constexpr std::uint32_t default_overhead_packets = 10;

/// One object on its way out: packets of object id, OTI if wanted, payload id
/// and symbol, block by block, first the source symbols and then repair
/// symbols with random ids; without source symbols on request. One thread at a
/// time.
class object_sender {
public:
  struct options {
    bool with_oti = false;
    bool only_repair = false;
    std::uint32_t overhead_packets = default_overhead_packets;
  };

  /// `id` is the hash of the plain object, `object` what travels (not empty).
  /// Throws std::length_error when it is too large for RFC 6330.
  object_sender(const hash& id, blob object, options how);

  std::uint64_t transfer_bytes() const noexcept {
    return encoder_.info().transfer_bytes;
  }
  /// Bytes of each packet.
  std::size_t packet_bytes() const noexcept;
  /// Packets of one whole transmission: K' and the overhead for each block.
  std::uint64_t packets() const noexcept;

  /// Writes the next packets one behind the other: out.size() is a multiple of
  /// packet_bytes(). After the last it begins again.
  void next(std::span<std::byte> out);

  /// Begins again with the first packet.
  void rewind() noexcept { block_ = 0, position_ = 0; }

private:
  std::size_t header_bytes() const noexcept;
  std::uint32_t packets_of(std::uint8_t block) const noexcept;
  raptorq::payload_id advance();
  void write_header(std::byte* to, raptorq::payload_id id) const noexcept;

  hash id_;
  blob object_;
  options how_;
  raptorq::object_encoder encoder_;
  std::uint8_t block_ = 0;
  std::uint32_t position_ = 0; ///< of the next packet in the block
  std::minstd_rand random_;
};

} // namespace troupe::capi
