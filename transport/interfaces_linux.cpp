// SPDX-License-Identifier: BSD-3-Clause
#include "transport/interfaces_linux.hpp"

#include "transport/network.hpp"
#include "transport/unique_fd.hpp"

#include <ifaddrs.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace troupe {
namespace {

error no_such_interface(const std::string& wanted) {
  std::string text = wanted + " (there are:";
  for (const network_interface& i : list_interfaces())
    text += ' ' + i.name;
  return {errc::no_device, text + ')'};
}

const network_interface* find_index(const std::vector<network_interface>& all,
                                    std::uint32_t index) {
  const auto it = std::find_if(all.begin(), all.end(),
                               [&](const auto& i) { return i.index == index; });
  return it == all.end() ? nullptr : &*it;
}

struct route_request {
  nlmsghdr header{};
  rtmsg route{};
  rtattr to_header{};
  in6_addr to{};
  rtattr via_header{};
  std::uint32_t via = 0;
};

route_request ask_for_route(std::uint32_t via) {
  route_request ask;
  ask.header.nlmsg_len = sizeof(ask) - (via ? 0 : RTA_LENGTH(sizeof(via)));
  ask.header.nlmsg_type = RTM_GETROUTE;
  ask.header.nlmsg_flags = NLM_F_REQUEST;
  ask.route.rtm_family = AF_INET6;
  ask.route.rtm_dst_len = 128;
  ask.to_header = {RTA_LENGTH(sizeof(ask.to)), RTA_DST};
  ask.to.s6_addr[0] = 0xff;
  ask.to.s6_addr[1] = default_group_flags;
  ask.to.s6_addr[15] = 1;
  ask.via_header = {RTA_LENGTH(sizeof(via)), RTA_OIF};
  ask.via = via;
  return ask;
}

std::uint32_t outgoing_interface(const nlmsghdr* answer, std::size_t bytes) {
  if (!NLMSG_OK(answer, bytes) || answer->nlmsg_type != RTM_NEWROUTE)
    return 0;
  const auto* route = static_cast<const rtmsg*>(NLMSG_DATA(answer));
  if (route->rtm_type != RTN_MULTICAST && route->rtm_type != RTN_LOCAL &&
      route->rtm_type != RTN_UNICAST)
    return 0; // unreachable, prohibit, blackhole
  auto left = static_cast<int>(RTM_PAYLOAD(answer));
  for (const rtattr* a = RTM_RTA(route); RTA_OK(a, left); a = RTA_NEXT(a, left))
    if (a->rta_type == RTA_OIF && RTA_PAYLOAD(a) == sizeof(std::uint32_t)) {
      std::uint32_t index = 0;
      std::memcpy(&index, RTA_DATA(a), sizeof(index));
      return index;
    }
  return 0;
}

} // namespace

bool is_link_local(const ip6_address& address) noexcept {
  return address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;
}

bool network_interface::has_link_local() const noexcept {
  return std::any_of(addresses.begin(), addresses.end(), is_link_local);
}

bool network_interface::is_usable() const noexcept {
  return up && multicast && !loopback && !addresses.empty();
}

std::vector<network_interface> list_interfaces() {
  std::vector<network_interface> all;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0)
    return all;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner{first,
                                                               freeifaddrs};
  for (const ifaddrs* a = first; a; a = a->ifa_next) {
    const std::uint32_t index = if_nametoindex(a->ifa_name);
    if (index == 0)
      continue; // gone since getifaddrs
    auto it = std::find_if(all.begin(), all.end(),
                           [&](const auto& i) { return i.index == index; });
    if (it == all.end()) {
      it = all.emplace(all.end());
      it->index = index;
      it->name = a->ifa_name;
    }
    constexpr unsigned running = IFF_UP | IFF_RUNNING;
    it->up = (a->ifa_flags & running) == running;
    it->multicast = (a->ifa_flags & IFF_MULTICAST) != 0;
    it->loopback = (a->ifa_flags & IFF_LOOPBACK) != 0;
    if (a->ifa_addr && a->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 from{};
      std::memcpy(&from, a->ifa_addr, sizeof(from));
      ip6_address address;
      std::memcpy(address.bytes.data(), &from.sin6_addr, address.bytes.size());
      it->addresses.push_back(address);
    }
  }
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  return all;
}

std::uint32_t multicast_route(std::uint32_t via) {
  const unique_fd fd{
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  const route_request ask = ask_for_route(via);
  if (!fd || ::send(fd.get(), &ask, ask.header.nlmsg_len, 0) < 0)
    return 0;
  alignas(nlmsghdr) std::array<char, 8192> buffer;
  const auto bytes = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
  if (bytes <= 0)
    return 0;
  return outgoing_interface(reinterpret_cast<const nlmsghdr*>(buffer.data()),
                            static_cast<std::size_t>(bytes));
}

namespace {

/// One that could be used, but the kernel would drop whatever comes or goes.
bool lacks_route(const network_interface& i) {
  return i.is_usable() && multicast_route(i.index) != i.index;
}

error no_route(const std::string& name) {
  return {errc::network_error,
          "there is no route for multicast on " + name +
              "; `ip -6 route add multicast ff00::/8 dev " + name +
              " table local` adds one"};
}

} // namespace

expected<std::uint32_t> receiving_interface(std::uint32_t wanted) {
  const auto all = list_interfaces();
  if (wanted != 0) {
    if (const auto* one = find_index(all, wanted)) {
      if (lacks_route(*one))
        return no_route(one->name);
      return wanted;
    }
    return no_such_interface("interface number " + std::to_string(wanted));
  }
  const network_interface* routed = find_index(all, multicast_route());
  if (routed && routed->up)
    return routed->index;
  for (const network_interface& i : all)
    if (i.is_usable()) {
      if (lacks_route(i))
        return no_route(i.name);
      return i.index;
    }
  return no_such_interface("none that is up, can multicast and has an IPv6 "
                           "address");
}

expected<std::vector<std::uint32_t>> sharing_interfaces(std::uint32_t wanted) {
  if (wanted != 0) {
    auto one = receiving_interface(wanted);
    if (!one)
      return one.error();
    return std::vector{*one};
  }
  std::vector<std::uint32_t> found;
  const auto all = list_interfaces();
  std::string routeless;
  for (const network_interface& i : all)
    if (lacks_route(i))
      routeless = i.name;
    else if (i.is_usable())
      found.push_back(i.index);
  for (const network_interface& i : all)
    if (found.empty() && i.loopback && i.up &&
        multicast_route(i.index) == i.index)
      found.push_back(i.index);
  if (found.empty() && !routeless.empty())
    return no_route(routeless);
  if (found.empty())
    return no_such_interface("none that is up, can multicast and has an IPv6 "
                             "address");
  return found;
}

expected<std::uint32_t> find_interface(const std::string& name) {
  std::uint32_t index = if_nametoindex(name.c_str());
  if (index != 0)
    return index;
  const char* end = name.data() + name.size();
  const auto [stop, bad] = std::from_chars(name.data(), end, index);
  if (bad == std::errc{} && stop == end && index != 0) {
    char found[IF_NAMESIZE];
    if (if_indextoname(index, found))
      return index;
  }
  return no_such_interface("interface \"" + name + '"');
}

} // namespace troupe
