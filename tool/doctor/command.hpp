// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace troupe::tool {

struct doctor_options {
  std::string interface; ///< name; empty: what a receiver would take
  std::string with;      ///< group to meet another host in; empty: nobody
  std::string name;      ///< share to look for; empty: none
  double listen_s = 2;
  bool json = false;
  bool quiet = false;    ///< only what is wrong
};

/// Looks at this host and its network, prints what it finds and how to mend
/// it. Returns exit_ok if nothing keeps multicast from working, else
/// exit_network. Blocks for a few seconds.
int run_doctor(const doctor_options& options);

} // namespace troupe::tool
