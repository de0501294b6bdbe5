// SPDX-License-Identifier: BSD-3-Clause
#include "tool/doctor/look.hpp"
#include "tool/doctor/netlink.hpp"
#include "transport/interfaces_linux.hpp"
#include "transport/socket_linux.hpp"

#include <linux/wireless.h>
#include <sys/ioctl.h>

#include <cstring>
#include <fstream>

namespace troupe::doctor {

namespace {

/// What the kernel's file says; `otherwise` if it is not there.
std::uint64_t read_number(const std::string& path, std::uint64_t otherwise) {
  std::ifstream file{path};
  std::uint64_t value = otherwise;
  return file >> value ? value : otherwise;
}

std::uint64_t ipv6_setting(const std::string& interface, const char* what) {
  return read_number("/proc/sys/net/ipv6/conf/" + interface + "/" + what, 0);
}

bool is_wireless(const std::string& name) {
  const unique_fd fd{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  iwreq request{};
  std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
  return fd && ::ioctl(fd.get(), SIOCGIWNAME, &request) == 0;
}

/// Doubled by the kernel for its own needs when it is set, not when it is read
/// from the limit.
std::uint64_t receive_buffer_of_a_socket() {
  const auto opened = open_receive_socket({}, false);
  if (!opened)
    return 0;
  int bytes = 0;
  socklen_t size = sizeof(bytes);
  if (::getsockopt(opened->get(), SOL_SOCKET, SO_RCVBUF, &bytes, &size) != 0)
    return 0;
  return static_cast<std::uint64_t>(bytes) / 2;
}

} // namespace

facts look_at_host(const look_options& options) {
  facts all;
  all.wanted = options.interface;
  all.name = options.name;
  read_links(all);
  for (auto& one : all.interfaces) {
    one.ipv6_disabled = ipv6_setting(one.name, "disable_ipv6") != 0;
    one.forced_mld_version =
        static_cast<std::uint32_t>(ipv6_setting(one.name, "force_mld_version"));
    if (one.forced_mld_version == 0)
      one.forced_mld_version = static_cast<std::uint32_t>(
          ipv6_setting("all", "force_mld_version"));
    one.is_wireless = is_wireless(one.name);
    one.has_route = multicast_route(one.index) == one.index;
  }
  if (options.interface.empty()) {
    if (const auto chosen = receiving_interface(0))
      all.chosen = *chosen;
  } else if (const auto chosen = find_interface(options.interface)) {
    all.chosen = *chosen;
  }
  all.may_send_raw = static_cast<bool>(open_mld_socket(false));
  all.receive_buffer_bytes = receive_buffer_of_a_socket();
  all.option_memory_bytes =
      read_number("/proc/sys/net/core/optmem_max", 131072);
  return all;
}

} // namespace troupe::doctor
