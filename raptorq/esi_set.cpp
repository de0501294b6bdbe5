// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/esi_set.hpp"

#include <algorithm>

namespace troupe::raptorq {

namespace {

// The finaliser of a 64-bit mixing generator: every input bit reaches every
// output bit.
std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9U;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

} // namespace

esi_set::esi_set(std::uint64_t seed) : seed_(mix(seed + 0x9e3779b97f4a7c15U)) {}

std::size_t esi_set::place(std::uint32_t esi) const noexcept {
  const std::size_t mask = cells_.size() - 1;
  std::size_t at = mix(seed_ + esi) & mask;
  while (cells_[at] != 0 && cells_[at] != esi + 1)
    at = (at + 1) & mask;
  return at;
}

bool esi_set::contains(std::uint32_t esi) const noexcept {
  return !cells_.empty() && cells_[place(esi)] != 0;
}

bool esi_set::insert(std::uint32_t esi) {
  if (contains(esi))
    return false;
  if (2 * (used_ + 1) > cells_.size())
    grow();
  cells_[place(esi)] = esi + 1;
  ++used_;
  return true;
}

void esi_set::clear() noexcept {
  std::fill(cells_.begin(), cells_.end(), 0U);
  used_ = 0;
}

void esi_set::grow() {
  std::vector<std::uint32_t> before(
      std::max<std::size_t>(16, 2 * cells_.size()));
  before.swap(cells_);
  for (const std::uint32_t cell : before)
    if (cell != 0)
      cells_[place(cell - 1)] = cell;
}

} // namespace troupe::raptorq
