// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/oti.hpp"

#include "raptorq/parameters.hpp"

namespace troupe::raptorq {

namespace {

void put(std::byte* out, std::uint64_t value, unsigned octets) noexcept {
  while (octets-- > 0)
    *out++ = static_cast<std::byte>(value >> (8 * octets) & 0xff);
}

std::uint64_t get(const std::byte* in, unsigned octets) noexcept {
  std::uint64_t value = 0;
  while (octets-- > 0)
    value = value << 8 | std::to_integer<std::uint64_t>(*in++);
  return value;
}

} // namespace

status check(const oti& info) noexcept {
  if (info.transfer_bytes == 0 || info.transfer_bytes > transfer_bytes_max ||
      info.symbol_bytes == 0 || info.alignment == 0 ||
      info.symbol_bytes % info.alignment != 0 || info.source_blocks == 0 ||
      info.sub_blocks == 0 ||
      info.sub_blocks > info.symbol_bytes / info.alignment)
    return status::bad_parameter;
  const std::uint64_t symbols = info.total_symbols();
  const std::uint64_t blocks = info.source_blocks;
  if (blocks > symbols || (symbols + blocks - 1) / blocks > source_symbols_max)
    return status::bad_parameter;
  return status::done;
}

std::array<std::byte, common_oti_bytes>
encode_common_oti(const oti& info) noexcept {
  std::array<std::byte, common_oti_bytes> out{};
  put(out.data(), info.transfer_bytes, 5);
  put(out.data() + 6, info.symbol_bytes, 2);
  return out;
}

std::array<std::byte, scheme_oti_bytes>
encode_scheme_oti(const oti& info) noexcept {
  std::array<std::byte, scheme_oti_bytes> out{};
  put(out.data(), info.source_blocks, 1);
  put(out.data() + 1, info.sub_blocks, 2);
  put(out.data() + 3, info.alignment, 1);
  return out;
}

status decode_oti(std::span<const std::byte> common,
                  std::span<const std::byte> scheme, oti& out) noexcept {
  if (common.size() != common_oti_bytes || scheme.size() != scheme_oti_bytes)
    return status::bad_length;
  out.transfer_bytes = get(common.data(), 5);
  out.symbol_bytes = static_cast<std::uint16_t>(get(common.data() + 6, 2));
  out.source_blocks = static_cast<std::uint8_t>(get(scheme.data(), 1));
  out.sub_blocks = static_cast<std::uint16_t>(get(scheme.data() + 1, 2));
  out.alignment = static_cast<std::uint8_t>(get(scheme.data() + 3, 1));
  return check(out);
}

std::array<std::byte, payload_id_bytes>
encode_payload_id(payload_id id) noexcept {
  std::array<std::byte, payload_id_bytes> out{};
  put(out.data(), id.sbn, 1);
  put(out.data() + 1, id.esi, 3);
  return out;
}

status decode_payload_id(std::span<const std::byte> octets,
                         payload_id& out) noexcept {
  if (octets.size() != payload_id_bytes)
    return status::bad_length;
  out.sbn = static_cast<std::uint8_t>(get(octets.data(), 1));
  out.esi = static_cast<std::uint32_t>(get(octets.data() + 1, 3));
  return status::done;
}

} // namespace troupe::raptorq
