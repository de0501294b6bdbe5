// SPDX-License-Identifier: BSD-3-Clause
#include "transport/range_packet.hpp"

#include <algorithm>

namespace troupe {

namespace {

constexpr auto magic = std::byte{'T'};
constexpr auto version = std::byte{1};
constexpr auto type_symbol = std::byte{1};
constexpr auto type_position = std::byte{2};

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

} // namespace

std::uint32_t range_tag(const hash& node) noexcept {
  return get_be32(node.bytes);
}

std::optional<range_packet_view>
parse_range_packet(std::span<const std::byte> payload) noexcept {
  if (payload.size() <= range_header_bytes || payload[0] != magic ||
      payload[1] != version || payload[2] != type_symbol ||
      std::to_integer<unsigned>(payload[3]) > range_countdown ||
      payload[12] != std::byte{0}) // one source block: SBN 0
    return std::nullopt;
  return range_packet_view{{.countdown = std::to_integer<std::uint8_t>(payload[3]),
                            .tag = get_be32(payload.subspan(4)),
                            .block_bytes = get_be32(payload.subspan(8)),
                            .esi = get_be32(payload.subspan(12))},
                           payload.subspan(range_header_bytes)};
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
                        const range_header& header) noexcept {
  out[0] = magic;
  out[1] = version;
  out[2] = type_symbol;
  out[3] = static_cast<std::byte>(header.countdown);
  put_be32(out.subspan(4), header.tag);
  put_be32(out.subspan(8), header.block_bytes);
  put_be32(out.subspan(12), header.esi);
}

} // namespace troupe
