// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <vector>

namespace troupe {

/// A set of chunk numbers, one bit each. Bit z of byte z / 8, least
/// significant first, which is also the C API's order.
class chunk_map {
public:
  chunk_map() = default;
  explicit chunk_map(std::uint64_t chunks)
      : chunks_(chunks), bits_((chunks + 7) / 8) {}

  std::uint64_t chunks() const noexcept { return chunks_; }
  bool contains(std::uint64_t chunk) const noexcept {
    return (bits_[chunk / 8] >> (chunk % 8)) & 1;
  }
  void insert(std::uint64_t chunk) noexcept {
    bits_[chunk / 8] |= static_cast<std::uint8_t>(1u << (chunk % 8));
  }
  /// Adds `count` chunks from `first` on; first + count <= chunks().
  void insert(std::uint64_t first, std::uint64_t count) noexcept;
  void erase(std::uint64_t chunk) noexcept {
    bits_[chunk / 8] &= static_cast<std::uint8_t>(~(1u << (chunk % 8)));
  }
  /// Number of chunks in the set.
  std::uint64_t count() const noexcept;
  bool empty() const noexcept;
  /// The smallest member that is >= from, or chunks() if there is none.
  std::uint64_t next(std::uint64_t from) const noexcept;

  friend bool operator==(const chunk_map&, const chunk_map&) = default;

private:
  std::uint64_t chunks_ = 0;
  std::vector<std::uint8_t> bits_;
};

} // namespace troupe
