// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace troupe {

/// Bytes of a chunk: what one leaf of a merkle tree stands for and one
/// classic channel carries. The last chunk of an object may be shorter.
inline constexpr std::uint32_t chunk_bytes = 32768;

/// A run of bytes of an object.
struct byte_range {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const byte_range&, const byte_range&) = default;
};

/// Chunks of an object of `length` bytes; an empty object has one empty chunk.
constexpr std::uint64_t chunk_count(std::uint64_t length) noexcept {
  return length == 0 ? 1 : (length - 1) / chunk_bytes + 1;
}

/// The bytes of chunk `index`. Precondition: index < chunk_count(length).
constexpr byte_range chunk_range(std::uint64_t length,
                                 std::uint64_t index) noexcept {
  const auto offset = index * chunk_bytes;
  const auto rest = length - offset;
  return {offset, rest < chunk_bytes ? rest : chunk_bytes};
}

} // namespace troupe
