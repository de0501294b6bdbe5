// SPDX-License-Identifier: BSD-3-Clause
#include "tool/doctor/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace troupe::doctor {

namespace {

/// A sealed or plain packet of a range channel in an Ethernet frame.
constexpr std::uint32_t full_mtu_bytes = 1500;
/// What receive_options asks for.
constexpr std::uint64_t wanted_buffer_bytes = 4u << 20;
/// Classic mode joins 256 groups; a membership takes 56 bytes (ip6_mc_socklist
/// of a 64-bit kernel).
constexpr std::uint64_t least_option_memory_bytes = 256 * 56;
/// Below it a bridge may run out of groups with a few receivers.
constexpr std::uint32_t least_bridge_groups = 512;

class findings {
public:
  void ok(std::string id, std::string what) {
    add(severity::ok, std::move(id), std::move(what), {});
  }
  void hint(std::string id, std::string what, std::string fix) {
    add(severity::hint, std::move(id), std::move(what), std::move(fix));
  }
  void fault(std::string id, std::string what, std::string fix) {
    add(severity::fault, std::move(id), std::move(what), std::move(fix));
  }
  bool has_faults() const {
    return std::any_of(all_.begin(), all_.end(), [](const finding& one) {
      return one.how == severity::fault;
    });
  }
  std::vector<finding> take() {
    std::stable_sort(all_.begin(), all_.end(),
                     [](const auto& a, const auto& b) { return a.how > b.how; });
    return std::move(all_);
  }

private:
  void add(severity how, std::string id, std::string what, std::string fix) {
    all_.push_back(
        finding{how, std::move(id), std::move(what), std::move(fix)});
  }
  std::vector<finding> all_;
};

std::string names_of(const facts& all) {
  std::string text;
  for (const auto& one : all.interfaces)
    text += (text.empty() ? "" : ", ") + one.name;
  return text.empty() ? "none" : text;
}

/// Whether it makes sense to go on.
bool judge_interface(const facts& all, findings& out) {
  const auto* one = all.chosen_interface();
  if (one == nullptr) {
    if (all.wanted.empty())
      out.fault("no-interface",
                "no interface is up, can multicast and has an IPv6 address",
                fmt::format("bring one up (there are: {}), or name one with"
                            " --interface to learn what it lacks",
                            names_of(all)));
    else
      out.fault("no-interface",
                fmt::format("there is no interface '{}'", all.wanted),
                fmt::format("give one of: {}", names_of(all)));
    return false;
  }
  const auto& name = one->name;
  if (!one->is_up) {
    out.fault("interface-down", fmt::format("{} is down", name),
              fmt::format("ip link set {} up", name));
    return false;
  }
  if (!one->has_carrier) {
    out.fault("no-carrier",
              fmt::format("{} is up, but nothing is at the other end of its"
                          " link",
                          name),
              "plug the cable in, or bring the other end up");
    return false;
  }
  if (!one->can_multicast && !one->is_loopback) {
    out.fault("no-multicast-flag",
              fmt::format("multicast is turned off for {}", name),
              fmt::format("ip link set {} multicast on", name));
    return false;
  }
  if (one->ipv6_disabled) {
    out.fault("ipv6-disabled", fmt::format("IPv6 is turned off for {}", name),
              fmt::format("sysctl -w net.ipv6.conf.{}.disable_ipv6=0", name));
    return false;
  }
  if (one->is_duplicate) {
    out.fault("duplicate-address",
              fmt::format("another host has the link-local address of {}",
                          name),
              "give one of them another MAC address, then set the interface"
              " down and up");
    return false;
  }
  if (!one->has_link_local && !one->is_loopback) {
    out.fault("no-address",
              fmt::format("{} has no link-local IPv6 address{}", name,
                          one->is_tentative ? " that is ready" : ""),
              one->is_tentative
                  ? "wait a second or two; it is being checked"
                  : fmt::format("sysctl -w net.ipv6.conf.{}.addr_gen_mode=0,"
                                " then set the interface down and up",
                                name));
    return false;
  }
  if (!one->has_route) {
    out.fault("no-route", fmt::format("no route for multicast over {}", name),
              fmt::format("ip -6 route add multicast ff00::/8 dev {} table"
                          " local",
                          name));
    return false;
  }
  out.ok("interface", fmt::format("{} is up and has IPv6 and a route for"
                                  " multicast",
                                  name));
  if (one->mtu_bytes < full_mtu_bytes)
    out.hint("small-mtu",
             fmt::format("{} carries {} bytes at a time: full packets are"
                         " fragmented, and one lost fragment loses the packet",
                         name, one->mtu_bytes),
             fmt::format("ip link set {} mtu 1500, if the link allows it",
                         name));
  if (one->is_wireless)
    out.hint("wireless",
             fmt::format("{} is wireless: access points send multicast at"
                         " their lowest rate and without acknowledgement",
                         name),
             "use a cable, or let the access point turn multicast into"
             " unicast; share with a low --rate otherwise");
  return true;
}

void judge_mld(const facts& all, findings& out) {
  const auto& one = *all.chosen_interface();
  if (one.forced_mld_version == 1)
    out.fault("mld-version-1",
              fmt::format("{} is told to use MLD version 1, whose reports only"
                          " one receiver of each group sends",
                          one.name),
              fmt::format("sysctl -w net.ipv6.conf.{0}.force_mld_version=0"
                          " net.ipv6.conf.all.force_mld_version=0",
                          one.name));
  const auto old = std::find_if(all.queries.begin(), all.queries.end(),
                                [](const auto& q) { return q.is_version_1; });
  if (old != all.queries.end())
    out.fault("querier-version-1",
              fmt::format("{} asks for members by MLD version 1, so that every"
                          " host here falls back to it",
                          to_string(old->from)),
              "set that router or switch to MLD version 2");
  else if (!all.queries.empty())
    out.ok("querier", fmt::format("{} asks for members, by MLD version 2",
                                  to_string(all.queries.front().from)));
}

/// Bridges that do not carry the chosen interface are somebody else's.
bool concerns_us(const facts& all, const bridge_facts& bridge) {
  const auto* one = all.chosen_interface();
  return one != nullptr &&
         (one->index == bridge.index || one->master == bridge.index);
}

void judge_bridges(const facts& all, findings& out) {
  for (const auto& one : all.bridges) {
    if (!one.is_up || !one.snoops || !concerns_us(all, one))
      continue;
    if (!one.queries && !one.hears_querier)
      out.fault("snooping-without-querier",
                fmt::format("bridge {} watches who joins what, but nobody asks:"
                            " switches that do so stop delivering after some"
                            " minutes",
                            one.name),
                fmt::format("ip link set {0} type bridge mcast_mld_version 2"
                            " mcast_querier 1, or mcast_snooping 0",
                            one.name));
    // Linux's default, which does not matter to a bridge that does not ask.
    if (one.queries && one.mld_version == 1)
      out.fault("bridge-version-1",
                fmt::format("bridge {} asks for members by MLD version 1, so"
                            " that every host behind it falls back to it",
                            one.name),
                fmt::format("ip link set {} type bridge mcast_mld_version 2",
                            one.name));
    if (one.most_groups < least_bridge_groups)
      out.fault("group-limit",
                fmt::format("bridge {} knows {} groups at most, and stops"
                            " watching for good when there are more",
                            one.name, one.most_groups),
                fmt::format("ip link set {} type bridge mcast_hash_max 4096",
                            one.name));
  }
}

void judge_echoes(const facts& all, findings& out) {
  switch (all.data) {
  case echo::send_refused:
    out.fault("firewall-output",
              "this host's firewall forbids sending multicast to UDP port 4242",
              "nft add rule inet filter output ip6 daddr ff00::/8 udp dport"
              " 4242 accept, before the rule that drops it");
    break;
  case echo::send_failed:
    out.fault("cannot-send",
              fmt::format("multicast cannot be sent: {}",
                          std::generic_category().message(all.data_errno)),
              "see the interface's own messages (dmesg, ip -s link)");
    break;
  case echo::not_heard:
    out.fault("firewall-input",
              "this host does not get what it sends to a group it has joined:"
              " its firewall drops UDP port 4242 coming in",
              "nft add rule inet filter input ip6 daddr ff00::/8 udp dport"
              " 4242 accept, before the rule that drops it");
    break;
  case echo::heard:
    out.ok("data", "multicast data leaves and comes in");
    break;
  case echo::not_tried:
    break;
  }
  if (all.report == echo::heard)
    out.ok("reports", "membership reports leave and come in");
  else if (all.report != echo::not_tried)
    out.fault("firewall-mld",
              "membership reports (ICMPv6 type 143) do not pass this host's"
              " firewall: a sharer would not hear who wants what",
              "nft add rule inet filter input icmpv6 type { mld-listener-query,"
              " mld-listener-report, mld2-listener-report } accept, and the"
              " same for output");
}

void judge_host(const facts& all, findings& out) {
  if (!all.may_send_raw)
    out.hint("no-capability",
             "without CAP_NET_RAW this host cannot share; it can sync",
             "run as root, or setcap cap_net_raw+ep the program");
  if (all.receive_buffer_bytes < wanted_buffer_bytes)
    out.hint("receive-buffer",
             fmt::format("a socket gets {} KiB to receive into, so that a busy"
                         " moment loses packets",
                         all.receive_buffer_bytes >> 10),
             fmt::format("sysctl -w net.core.rmem_max={}",
                         wanted_buffer_bytes));
  if (all.option_memory_bytes < least_option_memory_bytes)
    out.fault("option-memory",
              fmt::format("a socket may join {} groups only",
                          all.option_memory_bytes / 56),
              "sysctl -w net.core.optmem_max=131072");
}

void judge_sharers(const facts& all, findings& out) {
  if (all.name.empty())
    return;
  std::set<std::string> objects;
  std::set<ip6_address> hosts;
  std::string who;
  for (const auto& one : all.sharers) {
    objects.insert(one.object);
    if (hosts.insert(one.from).second)
      who += (who.empty() ? "" : ", ") + to_string(one.from);
  }
  if (hosts.empty())
    out.fault("no-sharer", fmt::format("nobody shares '{}'", all.name),
              "share it, over this network and under this name");
  else if (hosts.size() > 1)
    out.fault("two-sharers",
              fmt::format("'{}' is shared by {}{}", all.name, who,
                          objects.size() > 1
                              ? ", and they do not share the same"
                              : ", all of them the same"),
              objects.size() > 1
                  ? "stop all but one, or share under different names"
                  : "stop all but one: each sends everything");
  else
    out.ok("sharer", fmt::format("'{}' is shared by {}", all.name, who));
}

} // namespace

std::vector<finding> judge(const facts& all) {
  findings out;
  judge_host(all, out);
  judge_bridges(all, out);
  if (judge_interface(all, out)) {
    judge_mld(all, out);
    judge_echoes(all, out);
    judge_sharers(all, out);
  }
  return out.take();
}

} // namespace troupe::doctor
