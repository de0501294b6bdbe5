// SPDX-License-Identifier: BSD-3-Clause
// What receivers cost the sharer and each other.
#pragma once

#include "tests/simulation/simulation.hpp"

namespace troupe::test {

/// Some receivers of one file, and perhaps somebody who is in their way.
struct crowd_row {
  std::string what; ///< for people
  std::size_t receivers = 1;
  std::vector<pest_plan> pests;
  std::size_t suspended = 0; ///< the first so many stand still midway
  double time_ms = 0;        ///< until the last of the others was equal; mean
  double bytes_sent = 0;     ///< mean, until then and a little longer
  std::size_t complete = 0;
  std::size_t expected = 0; ///< syncs that ought to be
};

std::vector<crowd_row> measure_crowds(std::size_t object_bytes,
                                      std::uint64_t seeds);

/// For people.
std::string to_string(const std::vector<crowd_row>& rows);

} // namespace troupe::test
