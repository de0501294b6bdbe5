// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <cstdint>

namespace troupe {

/// For sim_net and the links of the lab: xoshiro256** (Blackman and Vigna,
/// public domain) with own distributions, since those of <random> differ between libraries.
class sim_random {
public:
  explicit sim_random(std::uint64_t seed) noexcept;
  std::uint64_t next() noexcept;
  /// 0 <= result < bound. Precondition: bound > 0.
  std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }
  bool happens(double chance) noexcept;

private:
  std::array<std::uint64_t, 4> state_;
};

} // namespace troupe
