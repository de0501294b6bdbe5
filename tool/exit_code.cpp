// SPDX-License-Identifier: BSD-3-Clause
#include "tool/exit_code.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace troupe::tool {

exit_code exit_code_of(errc code) noexcept {
  switch (code) {
  case errc::none:
    return exit_ok;
  case errc::invalid_argument:
  case errc::no_device:
  case errc::not_found:
  case errc::already_exists:
    return exit_usage;
  case errc::no_sharer:
    return exit_no_sharer;
  case errc::sharer_stopped:
    return exit_sharer_stopped;
  case errc::timed_out:
    return exit_timed_out;
  case errc::bad_object:
  case errc::hash_mismatch:
    return exit_verification;
  case errc::no_permission:
  case errc::access_denied:
    return exit_permission;
  case errc::is_directory:
  case errc::is_symlink:
  case errc::unsupported:
    return exit_unsupported;
  case errc::not_directory:
  case errc::no_space:
  case errc::too_large:
  case errc::io_error:
  case errc::source_changed:
    return exit_disk;
  case errc::bad_key:
    return exit_key;
  case errc::unsigned_share:
    return exit_unsigned;
  case errc::forged:
    return exit_forged;
  case errc::tampered:
    return exit_tampered;
  case errc::rolled_back:
    return exit_rolled_back;
  case errc::expired:
    return exit_expired;
  case errc::not_yet_valid:
    return exit_not_yet_valid;
  case errc::mixed_content:
    return exit_mixed;
  case errc::cancelled:
    return exit_interrupted;
  default:
    return exit_other;
  }
}

int complain(const error& failure) {
  fmt::print(stderr, "troupe: {}\n", failure.message());
  return exit_code_of(failure.code);
}

} // namespace troupe::tool
