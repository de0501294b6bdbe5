// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace troupe {

/// Bytes of a symbol in classic mode (RFC 6330's T).
inline constexpr std::uint16_t classic_symbol_bytes = 1024;
/// Object id and payload id, then a symbol: chunks.
inline constexpr std::size_t chunk_header_bytes = 36;
inline constexpr std::size_t chunk_packet_bytes = 1060;
/// Object id, OTI and payload id, then a symbol: trees, listings, links.
inline constexpr std::size_t object_header_bytes = 48;
inline constexpr std::size_t object_packet_bytes = 1072;
/// The largest UDP payload of classic mode.
inline constexpr std::size_t max_packet_bytes = object_packet_bytes;

/// RFC 6330 object transmission information as a classic packet carries it.
struct object_info {
  std::uint64_t transfer_bytes = 0;                  ///< F, 40 bits
  std::uint16_t symbol_bytes = classic_symbol_bytes; ///< T
  std::uint8_t source_blocks = 1;                    ///< Z
  std::uint16_t sub_blocks = 1;                      ///< N
  std::uint8_t alignment = 4;                        ///< Al
  friend bool operator==(const object_info&, const object_info&) = default;
};

/// RFC 6330 FEC payload id.
struct symbol_id {
  std::uint8_t source_block = 0;     ///< SBN
  std::uint32_t encoding_symbol = 0; ///< ESI, 24 bits
  friend bool operator==(const symbol_id&, const symbol_id&) = default;
};

/// A received packet, looking into the receive buffer.
struct packet_view {
  hash object;                     ///< hash of the plain object
  std::optional<object_info> info; ///< in 1072-byte packets
  symbol_id id;
  std::span<const std::byte> symbol; ///< classic_symbol_bytes
};

/// Reads a UDP payload. Only the two lengths above are packets, and only
/// T = 1024, Z = N = 1, Al = 4, 0 < F <= 2^40 - 1 with a source block that
/// RFC 6330 allows: anything else is nullopt. Never throws, never allocates.
std::optional<packet_view>
parse_packet(std::span<const std::byte> payload) noexcept;

/// Writes the 36 bytes before a chunk's symbol.
void write_chunk_header(std::span<std::byte, chunk_header_bytes> out,
                        const hash& object, symbol_id id) noexcept;
/// Writes the 48 bytes before an object's symbol.
void write_object_header(std::span<std::byte, object_header_bytes> out,
                         const hash& object, const object_info& info,
                         symbol_id id) noexcept;

} // namespace troupe
