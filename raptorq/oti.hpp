// SPDX-License-Identifier: BSD-3-Clause
/// What a receiver must know of an object before its first symbol (FEC Object
/// Transmission Information, RFC 6330 section 3.3), and the label of each
/// packet (FEC Payload ID, section 3.2).
#pragma once

#include "raptorq/status.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::raptorq {

inline constexpr std::size_t common_oti_bytes = 8;
inline constexpr std::size_t scheme_oti_bytes = 4;
inline constexpr std::size_t payload_id_bytes = 4;

/// F: 56403 symbols of 65535 octets in each of 256 blocks.
inline constexpr std::uint64_t transfer_bytes_max = 946270874880;

struct oti {
  std::uint64_t transfer_bytes = 0; ///< F, 1 to transfer_bytes_max
  std::uint16_t symbol_bytes = 0;   ///< T, a multiple of Al
  std::uint8_t source_blocks = 1;   ///< Z
  std::uint16_t sub_blocks = 1;     ///< N, at most T / Al
  std::uint8_t alignment = 4;       ///< Al

  /// ceil(F / T): symbols of all blocks together. Needs T > 0.
  std::uint64_t total_symbols() const noexcept {
    return (transfer_bytes + symbol_bytes - 1) / symbol_bytes;
  }

  bool operator==(const oti&) const = default;
};

/// done when all fields are in range and fit together: every block has
/// 1 to 56403 symbols and every sub-symbol at least Al octets. Else
/// bad_parameter. Everything else in the codec may rely on a checked oti.
status check(const oti& info) noexcept;

/// The 8 octets of the common FEC OTI: F, a reserved octet, T; big endian.
std::array<std::byte, common_oti_bytes>
encode_common_oti(const oti& info) noexcept;

/// The 4 octets of the scheme-specific FEC OTI: Z, N, Al; big endian.
std::array<std::byte, scheme_oti_bytes>
encode_scheme_oti(const oti& info) noexcept;

/// Reads both and checks the result. The reserved octet is ignored.
/// @return bad_length for a wrong number of octets, else check(out).
status decode_oti(std::span<const std::byte> common,
                  std::span<const std::byte> scheme, oti& out) noexcept;

/// Which symbol a packet carries.
struct payload_id {
  std::uint8_t sbn = 0;  ///< source block number
  std::uint32_t esi = 0; ///< encoding symbol id, below 2^24

  bool operator==(const payload_id&) const = default;
};

/// The 4 octets of the FEC Payload ID: SBN, ESI; big endian.
std::array<std::byte, payload_id_bytes>
encode_payload_id(payload_id id) noexcept;

/// Reads 4 octets; every value of them is valid. bad_length otherwise.
status decode_payload_id(std::span<const std::byte> octets,
                         payload_id& out) noexcept;

} // namespace troupe::raptorq
