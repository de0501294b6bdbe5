// SPDX-License-Identifier: BSD-3-Clause
#include "transport/sim_faults.hpp"

#include <algorithm>

namespace troupe {

bool burst_state::loses_next(const sim_bursts& how, sim_random& random,
                             time_point now) noexcept {
  if (how.chance <= 0)
    return false;
  const auto least = std::max(how.least_packets, 1u);
  if (is_bad_ && packets_ >= least) {
    // What is beyond the shortest has a geometric length.
    const auto beyond = std::max(how.mean_packets - least, 0.0);
    is_bad_ = !random.happens(1 / (beyond + 1));
  }
  is_bad_ = is_bad_ && now - began_ <= how.longest;
  if (!is_bad_) {
    is_bad_ = random.happens(how.chance);
    packets_ = 0;
    began_ = now;
  }
  if (!is_bad_)
    return false;
  ++packets_;
  return random.happens(how.loss);
}

} // namespace troupe
