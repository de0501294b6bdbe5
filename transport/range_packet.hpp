// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace troupe {

/// Bytes before the symbol in a packet of a range channel.
inline constexpr std::size_t range_header_bytes = 16;

/// Largest countdown.
inline constexpr std::uint8_t range_countdown = 4;

/// What the header of such a packet says (docs/wire-format.md).
struct range_header {
  /// In the last four packets that answer a request: 4, 3, 2, 1; else 0. So a
  /// receiver knows the end of an answer even if its last packet is lost.
  std::uint8_t countdown = 0;
  std::uint32_t tag = 0;         ///< range_tag() of the node
  std::uint32_t block_bytes = 0; ///< F: plain bytes below the node
  std::uint32_t esi = 0;         ///< encoding symbol id, 24 bits
  friend bool operator==(const range_header&, const range_header&) = default;
};

/// A received packet, looking into the receive buffer.
struct range_packet_view {
  range_header header;
  std::span<const std::byte> symbol; ///< not empty
};

/// A received packet of a sealed range channel (transport/range_seal.hpp),
/// looking into the receive buffer. Nothing of it is checked.
struct sealed_range_packet_view {
  range_header header;
  std::span<const std::byte> header_bytes;
  std::span<const std::byte> salt;
  std::span<const std::byte> symbol; ///< not empty
  std::span<const std::byte> code;
};
/// Bytes of such a packet before and behind the symbol.
inline constexpr std::size_t sealed_range_front_bytes = range_header_bytes + 16;
inline constexpr std::size_t sealed_range_back_bytes = 16;

/// Where a sharer is: the range that it sends. Sent before a
/// manifest, so that a receiver that comes later can go along with others
/// instead of having everything sent again. Only a hint.
struct range_position {
  std::uint32_t range = 0; ///< number, range_chunks each
  std::uint32_t tag = 0;   ///< range_tag() of its node
  friend bool operator==(const range_position&, const range_position&) = default;
};
inline constexpr std::size_t position_packet_bytes = 16;

/// Reads a UDP payload; nullopt for whatever is no position. Never throws.
std::optional<range_position>
parse_position(std::span<const std::byte> payload) noexcept;
void write_position(std::span<std::byte, position_packet_bytes> out,
                    const range_position& position) noexcept;

/// K of a block of `block_bytes` > 0 bytes in symbols of T bytes.
constexpr std::uint32_t range_symbols(std::uint32_t block_bytes,
                                      std::uint32_t symbol_bytes) noexcept {
  return (block_bytes - 1) / symbol_bytes + 1;
}

/// n, the symbols that a narrow repair channel of a block of K symbols carries:
/// a receiver asks for about as many as it lacks, and receivers that lack
/// different ones share them.
constexpr std::uint32_t repair_channel_symbols(std::uint32_t k) noexcept {
  return k <= 192 ? 2 : k >= 672 ? 8 : (k + 95) / 96;
}

/// Narrow repair channels of one block, and behind them wide ones, with as many
/// symbols as eight of the others: who lacks much needs few groups for it.
/// After the last of either the first is next.
inline constexpr std::uint32_t narrow_repair_channels = 4096;
inline constexpr std::uint32_t wide_repair_channels = 512;
inline constexpr std::uint32_t repair_channels =
    narrow_repair_channels + wide_repair_channels;
/// Symbols of a wide one in those of a narrow one.
inline constexpr std::uint32_t repair_width = 8;

/// Consecutive symbols of a block.
struct symbol_span {
  std::uint32_t first_esi = 0;
  std::uint32_t count = 0;
  friend bool operator==(const symbol_span&, const symbol_span&) = default;
};
/// The symbols that the repair channel `index` < repair_channels carries of a
/// block of K symbols.
constexpr symbol_span repair_symbols(std::uint32_t k,
                                     std::uint32_t index) noexcept {
  const auto n = repair_channel_symbols(k);
  if (index < narrow_repair_channels)
    return {k + index * n, n};
  const auto wide = n * repair_width;
  return {k + narrow_repair_channels * n +
              (index - narrow_repair_channels) * wide,
          wide};
}
/// The repair channel that carries the symbol `esi` >= K. Its own inverse with
/// repair_symbols() up to the last channel; numbers beyond are no channel's.
constexpr std::uint32_t repair_channel_of(std::uint32_t k,
                                          std::uint32_t esi) noexcept {
  const auto n = repair_channel_symbols(k);
  const auto narrow = (esi - k) / n;
  return narrow < narrow_repair_channels
             ? narrow
             : narrow_repair_channels +
                   (narrow - narrow_repair_channels) / repair_width;
}

/// The first four bytes of a node's hash: tells packets of one range from
/// those of another that happens to have the same group.
std::uint32_t range_tag(const hash& node) noexcept;

/// Reads a UDP payload; nullopt for whatever is no data packet of version 1.
/// The caller compares tag, length and symbol size. Never throws.
std::optional<range_packet_view>
parse_range_packet(std::span<const std::byte> payload) noexcept;

/// The same for a sealed one.
std::optional<sealed_range_packet_view>
parse_sealed_range_packet(std::span<const std::byte> payload) noexcept;

/// Precondition: header.esi < 2^24, header.countdown <= range_countdown.
void write_range_header(std::span<std::byte, range_header_bytes> out,
                        const range_header& header,
                        bool is_sealed = false) noexcept;

} // namespace troupe
