// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace troupe {

/// The hash functions that shares are made with. Not on the wire: hosts that
/// differ compute other group addresses and never meet.
enum class hash_type : std::uint8_t {
  blake2b = 2, ///< BLAKE2b with 32 bytes of digest; always there
  blake3 = 3,  ///< what librecast hosts speak; there if libblake3 was found
};

/// Bytes in every hash of the project.
inline constexpr std::size_t hash_bytes = 32;

/// A 32-byte digest. A value: compare, order, copy.
struct hash {
  std::array<std::byte, hash_bytes> bytes{};

  friend bool operator==(const hash& a, const hash& b) noexcept {
    return std::memcmp(a.bytes.data(), b.bytes.data(), hash_bytes) == 0;
  }
  friend std::strong_ordering operator<=>(const hash& a,
                                          const hash& b) noexcept {
    return std::memcmp(a.bytes.data(), b.bytes.data(), hash_bytes) <=> 0;
  }

  /// True for 32 zero bytes: a leaf without a chunk.
  bool is_zero() const noexcept { return *this == hash{}; }
};

/// 64 lower-case hexadecimal digits.
std::string to_hex(const hash& value);

/// Reads 64 hexadecimal digits. False, and `out` untouched, for anything else.
bool from_hex(std::string_view text, hash& out) noexcept;

} // namespace troupe

template <>
struct std::hash<troupe::hash> {
  std::size_t operator()(const troupe::hash& value) const noexcept {
    std::size_t head = 0; // a digest is already evenly spread
    std::memcpy(&head, value.bytes.data(), sizeof(head));
    return head;
  }
};
