// SPDX-License-Identifier: BSD-3-Clause
#include "transport/range_packet.hpp"

#include <algorithm>

namespace troupe {

namespace {

constexpr auto magic = std::byte{'T'};
constexpr auto version = std::byte{1};
constexpr auto type_symbol = std::byte{1};
constexpr auto type_position = std::byte{2};
constexpr auto type_sealed_symbol = std::byte{3};

std::uint32_t get_be32(std::span<const std::byte> at) noexcept {
  return std::to_integer<std::uint32_t>(at[0]) << 24 |
         std::to_integer<std::uint32_t>(at[1]) << 16 |
         std::to_integer<std::uint32_t>(at[2]) << 8 |
         std::to_integer<std::uint32_t>(at[3]);
}

void put_be32(std::span<std::byte> at, std::uint32_t value) noexcept {
  for (unsigned i = 0; i < 4; ++i)
    at[i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

/// Precondition: range_header_bytes are there.
bool is_symbol(std::span<const std::byte> payload, std::byte type) noexcept {
  return payload[0] == magic && payload[1] == version && payload[2] == type &&
         std::to_integer<unsigned>(payload[3]) <= range_countdown &&
         payload[12] == std::byte{0}; // one source block: SBN 0
}

range_header read_header(std::span<const std::byte> payload) noexcept {
  return {.countdown = std::to_integer<std::uint8_t>(payload[3]),
          .tag = get_be32(payload.subspan(4)),
          .block_bytes = get_be32(payload.subspan(8)),
          .esi = get_be32(payload.subspan(12))};
}

} // namespace

std::uint32_t range_tag(const hash& node) noexcept {
  return get_be32(node.bytes);
}

std::optional<range_packet_view>
parse_range_packet(std::span<const std::byte> payload) noexcept {
  if (payload.size() <= range_header_bytes ||
      !is_symbol(payload, type_symbol))
    return std::nullopt;
  return range_packet_view{read_header(payload),
                           payload.subspan(range_header_bytes)};
}

std::optional<sealed_range_packet_view>
parse_sealed_range_packet(std::span<const std::byte> payload) noexcept {
  constexpr auto around = sealed_range_front_bytes + sealed_range_back_bytes;
  if (payload.size() <= around || !is_symbol(payload, type_sealed_symbol))
    return std::nullopt;
  return sealed_range_packet_view{
      read_header(payload), payload.first(range_header_bytes),
      payload.subspan(range_header_bytes,
                      sealed_range_front_bytes - range_header_bytes),
      payload.subspan(sealed_range_front_bytes, payload.size() - around),
      payload.last(sealed_range_back_bytes)};
}

std::optional<range_position>
parse_position(std::span<const std::byte> payload) noexcept {
  if (payload.size() != position_packet_bytes || payload[0] != magic ||
      payload[1] != version || payload[2] != type_position)
    return std::nullopt;
  return range_position{get_be32(payload.subspan(8)),
                        get_be32(payload.subspan(4))};
}

void write_position(std::span<std::byte, position_packet_bytes> out,
                    const range_position& position) noexcept {
  std::fill(out.begin(), out.end(), std::byte{0});
  out[0] = magic;
  out[1] = version;
  out[2] = type_position;
  put_be32(out.subspan(4), position.tag);
  put_be32(out.subspan(8), position.range);
}

void write_range_header(std::span<std::byte, range_header_bytes> out,
                        const range_header& header, bool is_sealed) noexcept {
  out[0] = magic;
  out[1] = version;
  out[2] = is_sealed ? type_sealed_symbol : type_symbol;
  out[3] = static_cast<std::byte>(header.countdown);
  put_be32(out.subspan(4), header.tag);
  put_be32(out.subspan(8), header.block_bytes);
  put_be32(out.subspan(12), header.esi);
}

} // namespace troupe
