// SPDX-License-Identifier: BSD-3-Clause
#include "tool/doctor/netlink.hpp"

#include "transport/interfaces_linux.hpp"
#include "transport/unique_fd.hpp"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <functional>

namespace troupe::doctor {

namespace {

/// The kernel's answers are as long as a page, or 32 KiB where it can.
constexpr std::size_t answer_bytes = 64u << 10;

template <class T>
T value_of(const rtattr* attribute) {
  T value{};
  std::memcpy(&value, RTA_DATA(attribute),
              std::min<std::size_t>(sizeof(value), RTA_PAYLOAD(attribute)));
  return value;
}

void for_each_attribute(const rtattr* first, std::size_t bytes,
                        const std::function<void(const rtattr*)>& use) {
  auto left = static_cast<int>(bytes);
  for (auto* one = first; RTA_OK(one, left); one = RTA_NEXT(one, left))
    use(one);
}

void for_each_within(const rtattr* outer,
                     const std::function<void(const rtattr*)>& use) {
  for_each_attribute(static_cast<const rtattr*>(RTA_DATA(outer)),
                     RTA_PAYLOAD(outer), use);
}

/// Asks for all objects of a kind.
template <class Header>
void dump(std::uint16_t what, std::uint8_t family,
          const std::function<void(const nlmsghdr&)>& use) {
  struct {
    nlmsghdr header{};
    Header body{};
  } ask;
  ask.header.nlmsg_len = sizeof(ask);
  ask.header.nlmsg_type = what;
  ask.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  auto* body = reinterpret_cast<unsigned char*>(&ask.body);
  body[0] = family; // the first byte of either header
  const unique_fd fd{
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  if (!fd || ::send(fd.get(), &ask, sizeof(ask), 0) < 0)
    return;
  std::vector<std::uint32_t> buffer(answer_bytes / sizeof(std::uint32_t));
  for (;;) { // the kernel answers at once, and says when it is done
    const auto got = ::recv(fd.get(), buffer.data(), answer_bytes, 0);
    if (got <= 0)
      return;
    auto left = static_cast<std::size_t>(got);
    for (const auto* one = reinterpret_cast<const nlmsghdr*>(buffer.data());
         NLMSG_OK(one, left); one = NLMSG_NEXT(one, left)) {
      if (one->nlmsg_type == NLMSG_DONE || one->nlmsg_type == NLMSG_ERROR)
        return;
      use(*one);
    }
  }
}

void read_bridge(const rtattr* data, bridge_facts& out) {
  for_each_within(data, [&](const rtattr* one) {
    switch (one->rta_type) {
    case IFLA_BR_MCAST_SNOOPING:
      out.snoops = value_of<std::uint8_t>(one) != 0;
      break;
    case IFLA_BR_MCAST_QUERIER:
      out.queries = value_of<std::uint8_t>(one) != 0;
      break;
    case IFLA_BR_MCAST_MLD_VERSION:
      out.mld_version = value_of<std::uint8_t>(one);
      break;
    case IFLA_BR_MCAST_HASH_MAX:
      out.most_groups = value_of<std::uint32_t>(one);
      break;
    case IFLA_BR_MCAST_QUERIER_STATE:
      for_each_within(one, [&](const rtattr* each) {
        if ((each->rta_type & NLA_TYPE_MASK) == BRIDGE_QUERIER_IPV6_ADDRESS)
          out.hears_querier = true;
      });
      break;
    default:
      break;
    }
  });
}

void read_link(const nlmsghdr& message, facts& all) {
  const auto* info = static_cast<const ifinfomsg*>(NLMSG_DATA(&message));
  interface_facts one;
  one.index = static_cast<std::uint32_t>(info->ifi_index);
  one.is_up = (info->ifi_flags & IFF_UP) != 0;
  one.has_carrier = (info->ifi_flags & IFF_RUNNING) != 0;
  one.can_multicast = (info->ifi_flags & IFF_MULTICAST) != 0;
  one.is_loopback = (info->ifi_flags & IFF_LOOPBACK) != 0;
  bridge_facts bridge;
  bool is_bridge = false;
  const auto on_info = [&](const rtattr* each) {
    if (each->rta_type == IFLA_INFO_KIND)
      is_bridge = std::string{static_cast<const char*>(RTA_DATA(each)),
                              RTA_PAYLOAD(each)}
                      .starts_with("bridge");
    else if (each->rta_type == IFLA_INFO_DATA && is_bridge)
      read_bridge(each, bridge);
  };
  for_each_attribute(
      IFLA_RTA(info), IFLA_PAYLOAD(&message), [&](const rtattr* each) {
        switch (each->rta_type) {
        case IFLA_IFNAME:
          one.name = static_cast<const char*>(RTA_DATA(each));
          break;
        case IFLA_MASTER:
          one.master = value_of<std::uint32_t>(each);
          break;
        case IFLA_MTU:
          one.mtu_bytes = value_of<std::uint32_t>(each);
          break;
        case IFLA_LINKINFO:
          for_each_within(each, on_info);
          break;
        default:
          break;
        }
      });
  if (is_bridge) {
    bridge.index = one.index;
    bridge.name = one.name;
    bridge.is_up = one.is_up && one.has_carrier;
    all.bridges.push_back(std::move(bridge));
  }
  all.interfaces.push_back(std::move(one));
}

void read_address(const nlmsghdr& message, facts& all) {
  const auto* info = static_cast<const ifaddrmsg*>(NLMSG_DATA(&message));
  ip6_address address;
  std::uint32_t flags = info->ifa_flags;
  for_each_attribute(IFA_RTA(info), IFA_PAYLOAD(&message),
                     [&](const rtattr* each) {
                       if (each->rta_type == IFA_ADDRESS)
                         address = value_of<ip6_address>(each);
                       else if (each->rta_type == IFA_FLAGS)
                         flags = value_of<std::uint32_t>(each);
                     });
  const auto owner = std::find_if(
      all.interfaces.begin(), all.interfaces.end(),
      [&](const auto& each) { return each.index == info->ifa_index; });
  if (owner == all.interfaces.end() || !is_link_local(address))
    return;
  if ((flags & IFA_F_DADFAILED) != 0)
    owner->is_duplicate = true;
  else if ((flags & IFA_F_TENTATIVE) != 0)
    owner->is_tentative = true;
  else
    owner->has_link_local = true;
}

} // namespace

void read_links(facts& all) {
  dump<ifinfomsg>(RTM_GETLINK, AF_UNSPEC,
                  [&](const nlmsghdr& one) { read_link(one, all); });
  dump<ifaddrmsg>(RTM_GETADDR, AF_INET6,
                  [&](const nlmsghdr& one) { read_address(one, all); });
}

} // namespace troupe::doctor
