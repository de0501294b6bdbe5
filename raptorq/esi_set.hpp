// SPDX-License-Identifier: BSD-3-Clause
/// The repair symbols a decoder has, for finding duplicates.
#pragma once

#include <cstdint>
#include <vector>

namespace troupe::raptorq {

/// A set of numbers below 2^24 with constant time look-up. Memory grows with
/// what is in it, eight octets a number at most. The hash differs from set to
/// set, so that a sender cannot choose numbers that collide.
class esi_set {
public:
  explicit esi_set(std::uint64_t seed);

  /// @return false when it was there already.
  bool insert(std::uint32_t esi);

  bool contains(std::uint32_t esi) const noexcept;

  /// Forgets all numbers; keeps the memory.
  void clear() noexcept;

private:
  std::size_t place(std::uint32_t esi) const noexcept;
  void grow();

  std::uint64_t seed_;
  std::vector<std::uint32_t> cells_; // esi + 1; 0 is free; a power of two
  std::size_t used_ = 0;
};

} // namespace troupe::raptorq
