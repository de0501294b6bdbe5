// SPDX-License-Identifier: BSD-3-Clause
#include "core/chunk_map.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace troupe {

void chunk_map::insert(std::uint64_t first, std::uint64_t count) noexcept {
  const auto end = first + count;
  for (; first < end && first % 8 != 0; ++first)
    insert(first);
  if (const auto whole = (end - first) / 8; whole > 0) {
    std::memset(bits_.data() + first / 8, 0xff, whole);
    first += whole * 8;
  }
  for (; first < end; ++first)
    insert(first);
}

std::uint64_t chunk_map::count() const noexcept {
  std::uint64_t sum = 0;
  std::size_t at = 0;
  for (; at + 8 <= bits_.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bits_.data() + at, sizeof(word));
    sum += static_cast<std::uint64_t>(std::popcount(word));
  }
  for (; at < bits_.size(); ++at)
    sum += static_cast<std::uint64_t>(std::popcount(bits_[at]));
  return sum;
}

bool chunk_map::empty() const noexcept {
  return std::all_of(bits_.begin(), bits_.end(),
                     [](std::uint8_t byte) { return byte == 0; });
}

std::uint64_t chunk_map::next(std::uint64_t from) const noexcept {
  if (from >= chunks_)
    return chunks_;
  auto at = from / 8;
  // Members below `from` in the first byte do not count.
  auto byte = static_cast<std::uint8_t>(bits_[at] & (0xffu << (from % 8)));
  while (byte == 0) {
    if (++at == bits_.size())
      return chunks_;
    byte = bits_[at];
  }
  return at * 8 + static_cast<std::uint64_t>(std::countr_zero(byte));
}

} // namespace troupe
