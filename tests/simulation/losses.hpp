// SPDX-License-Identifier: BSD-3-Clause
// What loss costs: the bytes that a sharer sends until one receiver has it all.
#pragma once

#include "tests/simulation/simulation.hpp"

#include <string>
#include <vector>

namespace troupe::test {

/// A kind of loss and what came of it, over several seeds.
struct loss_row {
  std::string what;       ///< for people
  sim_path path;
  double loss = 0;        ///< p: lost packets of those sent, as measured
  double bytes_sent = 0;  ///< mean, UDP payload
  double time_ms = 0;     ///< mean, virtual
  double bytes_most = 0;  ///< 1.05 / (1 - p) * needed + 2 symbols per block
  std::size_t complete = 0; ///< syncs that ended equal
  std::size_t syncs = 0;
};

/// The table for an object of `object_bytes` over range channels: random loss
/// of 0, 1, 5, 10, 20 and 30 %, and bursts of 48 packets and more. `needed` of
/// bytes_most is what is sent without loss, headers, manifest and leaf hashes
/// included. The first row is the one without loss.
std::vector<loss_row> measure_losses(std::size_t object_bytes,
                                     std::uint64_t seeds);

/// For people.
std::string to_string(const std::vector<loss_row>& rows);

} // namespace troupe::test
