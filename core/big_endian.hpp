// SPDX-License-Identifier: BSD-3-Clause
// Numbers as they travel in manifests: most significant byte first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe {

/// Writes the low `bytes` (at most 8) bytes of `value` to `at`. Pure.
inline void put_be(std::byte* at, std::size_t bytes,
                   std::uint64_t value) noexcept {
  for (std::size_t i = 0; i < bytes; ++i)
    at[i] = static_cast<std::byte>(value >> 8 * (bytes - 1 - i));
}

/// The number in at most 8 bytes. Pure.
inline std::uint64_t get_be(std::span<const std::byte> bytes) noexcept {
  std::uint64_t value = 0;
  for (const auto byte : bytes)
    value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}

} // namespace troupe
