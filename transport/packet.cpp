// SPDX-License-Identifier: BSD-3-Clause
#include "transport/packet.hpp"

namespace troupe {
namespace {

/// RFC 6330 5.1.2: the most source symbols of a source block.
constexpr std::uint64_t max_block_symbols = 56403;
constexpr std::uint64_t max_transfer_bytes =
    max_block_symbols * classic_symbol_bytes;

constexpr std::size_t info_offset = 32;
constexpr std::size_t chunk_id_offset = 32;
constexpr std::size_t object_id_offset = 44;

static_assert(chunk_header_bytes + classic_symbol_bytes == chunk_packet_bytes);
static_assert(object_header_bytes + classic_symbol_bytes ==
              object_packet_bytes);

std::uint64_t read_be(std::span<const std::byte> in) noexcept {
  std::uint64_t value = 0;
  for (std::byte b : in)
    value = value << 8 | std::to_integer<std::uint64_t>(b);
  return value;
}

void write_be(std::span<std::byte> out, std::uint64_t value) noexcept {
  for (std::size_t i = out.size(); i-- > 0; value >>= 8)
    out[i] = static_cast<std::byte>(value & 0xff);
}

symbol_id read_symbol_id(std::span<const std::byte> in) noexcept {
  const auto word = static_cast<std::uint32_t>(read_be(in.first(4)));
  return {.source_block = static_cast<std::uint8_t>(word >> 24),
          .encoding_symbol = word & 0xffffff};
}

void write_symbol_id(std::span<std::byte> out, symbol_id id) noexcept {
  write_be(out.first(4), std::uint64_t{id.source_block} << 24 |
                             (id.encoding_symbol & 0xffffff));
}

/// F (40 bits), reserved (8, ignored), T (16), Z (8), N (16), Al (8).
object_info read_info(std::span<const std::byte> in) noexcept {
  return {.transfer_bytes = read_be(in.first(5)),
          .symbol_bytes = static_cast<std::uint16_t>(read_be(in.subspan(6, 2))),
          .source_blocks = static_cast<std::uint8_t>(read_be(in.subspan(8, 1))),
          .sub_blocks = static_cast<std::uint16_t>(read_be(in.subspan(9, 2))),
          .alignment = static_cast<std::uint8_t>(read_be(in.subspan(11, 1)))};
}

bool is_classic(const object_info& info) noexcept {
  const object_info expected{.transfer_bytes = info.transfer_bytes};
  return info == expected && info.transfer_bytes > 0 &&
         info.transfer_bytes <= max_transfer_bytes;
}

} // namespace

std::optional<packet_view>
parse_packet(std::span<const std::byte> payload) noexcept {
  const bool is_object = payload.size() == object_packet_bytes;
  if (!is_object && payload.size() != chunk_packet_bytes)
    return std::nullopt;

  packet_view view;
  std::memcpy(view.object.bytes.data(), payload.data(), hash_bytes);
  view.symbol = payload.last(classic_symbol_bytes);
  view.id = read_symbol_id(
      payload.subspan(is_object ? object_id_offset : chunk_id_offset));
  if (is_object) {
    view.info = read_info(payload.subspan(info_offset));
    if (!is_classic(*view.info))
      return std::nullopt;
  }
  if (view.id.source_block != 0) // Z = 1: there is no other block
    return std::nullopt;
  return view;
}

void write_chunk_header(std::span<std::byte, chunk_header_bytes> out,
                        const hash& object, symbol_id id) noexcept {
  std::memcpy(out.data(), object.bytes.data(), hash_bytes);
  write_symbol_id(out.subspan(chunk_id_offset), id);
}

void write_object_header(std::span<std::byte, object_header_bytes> out,
                         const hash& object, const object_info& info,
                         symbol_id id) noexcept {
  std::memcpy(out.data(), object.bytes.data(), hash_bytes);
  const auto oti = out.subspan(info_offset);
  write_be(oti.first(5), info.transfer_bytes);
  write_be(oti.subspan(5, 1), 0);
  write_be(oti.subspan(6, 2), info.symbol_bytes);
  write_be(oti.subspan(8, 1), info.source_blocks);
  write_be(oti.subspan(9, 2), info.sub_blocks);
  write_be(oti.subspan(11, 1), info.alignment);
  write_symbol_id(out.subspan(object_id_offset), id);
}

} // namespace troupe
