// SPDX-License-Identifier: BSD-3-Clause
#include "transport/tap_device_linux.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace troupe {
namespace {

/// What a host sends while nobody reads: 10 ms of 10 Gbit/s.
constexpr int queue_frames = 8192;

error failed(const std::string& what) { return {from_errno(errno), what}; }

expected<unique_fd> open_tap_here(const std::string& device) {
  unique_fd tap{open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC)};
  if (!tap)
    return error{errc::unsupported,
                 std::string{"/dev/net/tun: "} + std::strerror(errno)};
  ifreq request{};
  if (device.empty() || device.size() >= IFNAMSIZ)
    return error{errc::invalid_argument, "device '" + device + "'"};
  std::memcpy(request.ifr_name, device.c_str(), device.size());
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  if (ioctl(tap.get(), TUNSETIFF, &request) != 0)
    return failed("device '" + device + "'");
  const unique_fd any{socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  request.ifr_qlen = queue_frames;
  if (!any || ioctl(any.get(), SIOCSIFTXQLEN, &request) != 0)
    return failed("queue of '" + device + "'");
  return tap;
}

} // namespace

expected<unique_fd> open_tap(const std::string& device,
                             const std::string& netns) {
  if (netns == "-")
    return open_tap_here(device);
  const unique_fd here{open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)};
  const unique_fd there{open(netns.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!here || !there || setns(there.get(), CLONE_NEWNET) != 0)
    return failed(netns);
  auto made = open_tap_here(device);
  if (setns(here.get(), CLONE_NEWNET) != 0)
    return failed("network namespace");
  return made;
}

} // namespace troupe
