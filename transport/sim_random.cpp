// SPDX-License-Identifier: BSD-3-Clause
#include "transport/sim_random.hpp"

namespace troupe {
namespace {

std::uint64_t rotate_left(std::uint64_t x, int by) noexcept {
  return x << by | x >> (64 - by);
}

} // namespace

sim_random::sim_random(std::uint64_t seed) noexcept {
  for (std::uint64_t& word : state_) { // splitmix64
    seed += 0x9e3779b97f4a7c15;
    std::uint64_t z = seed;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    word = z ^ z >> 31;
  }
}

std::uint64_t sim_random::next() noexcept {
  const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotate_left(state_[3], 45);
  return result;
}

bool sim_random::happens(double chance) noexcept {
  if (chance <= 0)
    return false;
  return static_cast<double>(next() >> 11) * 0x1p-53 < chance;
}

} // namespace troupe
