// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

namespace troupe::tool {

/// What the program ends with; documented in troupe(1), stable.
enum exit_code : int {
  exit_ok = 0,
  exit_other = 1,
  exit_usage = 2,
  exit_no_sharer = 3,
  exit_sharer_stopped = 4,
  exit_timed_out = 5,
  exit_verification = 6,
  exit_permission = 7,
  exit_unsupported = 8,
  exit_disk = 9,
  exit_key = 10,
  exit_unsigned = 11,
  exit_forged = 12,
  exit_tampered = 13,
  exit_rolled_back = 14,
  exit_expired = 15,
  exit_not_yet_valid = 16,
  exit_mixed = 17,
  exit_network = 20, ///< of `troupe doctor`: something is wrong
  exit_interrupted = 130,
};

exit_code exit_code_of(errc code) noexcept;

/// "troupe: MESSAGE" on standard error; returns the exit code for it.
int complain(const error& failure);

} // namespace troupe::tool
