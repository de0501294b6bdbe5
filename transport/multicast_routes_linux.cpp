// SPDX-License-Identifier: BSD-3-Clause
#include "transport/multicast_routes_linux.hpp"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

// After the C library's, whose definitions it leaves alone.
#include <linux/mroute6.h>

#include <cerrno>
#include <cstring>

namespace troupe {
namespace {

template <class T> int set_option(int fd, int name, const T& value) noexcept {
  return setsockopt(fd, IPPROTO_IPV6, name, &value, sizeof value) == 0 ? 0
                                                                       : errno;
}

error failed(const std::string& what, int number) {
  switch (number) {
  case EADDRINUSE:
    return {errc::already_exists, "another program routes multicast here"};
  case ENOPROTOOPT:
  case EOPNOTSUPP:
    return {errc::unsupported, "this kernel has no multicast routes for IPv6"};
  default:
    return {from_errno(number), what};
  }
}

} // namespace

expected<multicast_routes>
multicast_routes::open(const std::vector<std::uint32_t>& interfaces) {
  if (interfaces.empty() || interfaces.size() > most_interfaces)
    return error{errc::invalid_argument, "number of interfaces"};
  unique_fd fd{socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
                      IPPROTO_ICMPV6)};
  if (!fd)
    return failed("raw socket", errno);
  icmp6_filter nothing{};
  ICMP6_FILTER_SETBLOCKALL(&nothing);
  setsockopt(fd.get(), IPPROTO_ICMPV6, ICMP6_FILTER, &nothing, sizeof nothing);
  constexpr int on = 1;
  if (const int bad = set_option(fd.get(), MRT6_INIT, on))
    return failed("multicast routes", bad);
  mifi_t number = 0;
  for (const auto index : interfaces) {
    mif6ctl one{};
    one.mif6c_mifi = number++;
    one.vifc_threshold = 1;
    one.mif6c_pifi = static_cast<std::uint16_t>(index);
    if (const int bad = set_option(fd.get(), MRT6_ADD_MIF, one))
      return failed("interface " + std::to_string(index), bad);
  }
  return multicast_routes{std::move(fd)};
}

errc multicast_routes::set(const group_address& group,
                           std::uint32_t to) noexcept {
  // Its origin stays ::, which stands for any (ip6mr.c: "(*,G) entry").
  mf6cctl route{};
  route.mf6cc_origin.sin6_family = AF_INET6;
  route.mf6cc_mcastgrp.sin6_family = AF_INET6;
  std::memcpy(&route.mf6cc_mcastgrp.sin6_addr, group.bytes.data(),
              group.bytes.size());
  route.mf6cc_parent = 0;
  // A route of any origin is found for packets of interfaces that it leads to
  // only; none goes back to where it came from.
  for (std::uint32_t i = 0; i < most_interfaces; ++i)
    if (i == 0 || (to >> i & 1) != 0)
      IF_SET(i, &route.mf6cc_ifset);
  const int bad = set_option(socket_.get(),
                             to != 0 ? MRT6_ADD_MFC : MRT6_DEL_MFC, route);
  return bad == 0 || (to == 0 && bad == ENOENT) ? errc::none : from_errno(bad);
}

} // namespace troupe
