// SPDX-License-Identifier: BSD-3-Clause
// Hosts that join groups without ever meaning to sync.
#pragma once

#include "tests/simulation/scenario.hpp"

#include <memory>

namespace troupe::test {

/// One host with one receive port that takes what comes and throws it away.
class pest {
public:
  pest(const pest_plan& plan, const scenario& all);
  /// Opens its port. Errors as network::open_receiver().
  errc start(network& net);
  /// What it does each `pest_plan::interval`.
  void act();

private:
  void swap_for(std::vector<group_address> groups);

  pest_plan plan_;
  std::vector<hash> ranges_; ///< nodes of the object's ranges
  std::vector<group_address> all_;
  std::vector<group_address> joined_;
  std::unique_ptr<receive_port> port_;
  std::uint32_t next_repair_ = 0;
};

} // namespace troupe::test
