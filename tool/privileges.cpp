// SPDX-License-Identifier: BSD-3-Clause
#include "tool/privileges.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace troupe::tool {

namespace {

error failed(const char* what) {
  return {errc::internal, std::string{"cannot give up privileges: "} + what +
                              ": " + std::generic_category().message(errno)};
}

} // namespace

error keep_reading_only() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return failed("no_new_privs");
  // The bounding set, as far as we may; the flag above does as much.
  for (unsigned long each = 0; ::prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0;
       ++each)
    ::prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2] = {};
  if (::syscall(SYS_capget, &header, sets) != 0)
    return failed("capget");
  constexpr std::uint32_t reading = 1u << CAP_DAC_READ_SEARCH;
  const auto kept = sets[0].permitted & reading;
  sets[0] = {kept, kept, 0};
  sets[1] = {};
  if (::syscall(SYS_capset, &header, sets) != 0)
    return failed("capset");
  return {};
}

} // namespace troupe::tool
