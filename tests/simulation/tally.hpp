// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tests/simulation/simulation.hpp"

#include <map>

namespace troupe::test {

/// What many scenarios came to.
struct tally {
  std::uint64_t scenarios = 0;
  std::uint64_t syncs = 0;
  std::uint64_t kills = 0;
  std::uint64_t steps = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_lost = 0;
  std::uint64_t key_streams = 0;
  double virtual_s = 0;
  std::map<errc, std::uint64_t> endings;
  std::uint64_t unreported = 0; ///< syncs whose supervisor was killed
  std::map<std::uint64_t, judge::ruling> broken; ///< by seed

  void add(std::uint64_t seed, const verdict& v);
  void add(const tally& other);
};

/// For people: a table.
std::string to_string(const tally& all);

} // namespace troupe::test
