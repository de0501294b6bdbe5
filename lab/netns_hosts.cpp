// SPDX-License-Identifier: BSD-3-Clause
#include "lab/netns_hosts.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

namespace troupe::lab {

namespace {

/// Addresses are usable at once: no duplicate address detection.
constexpr auto no_address_delay =
    "cd /proc/sys/net/ipv6/conf && for each in all default; do"
    " echo 0 >$each/accept_dad; done && echo 0 >default/router_solicitations";

error execute(const std::vector<std::string>& words, const std::string& input = {},
          int netns = -1) {
  const auto said = run_command(words, input, netns);
  return said ? error{} : said.error();
}

bool is_error(const error& what) { return what.code != errc::none; }

std::string mac_of(std::size_t number) {
  char text[18];
  std::snprintf(text, sizeof text, "02:00:00:00:00:%02zx", number & 0xff);
  return text;
}

/// Frames of at most 1514 bytes, as on a real cable.
std::vector<std::string> without_offloads(const std::string& device) {
  return {"ethtool", "-K",  device, "tso", "off", "gso", "off", "gro",
          "off",     "tx-udp-segmentation", "off"};
}

} // namespace

std::string netns_hosts::ip6_of(std::size_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "fd00:7470::%zx", number);
  return text;
}

std::size_t netns_hosts::number_of(const std::string& host) const {
  for (std::size_t i = 0; i < all_->hosts.size(); ++i)
    if (all_->hosts[i].name == host)
      return i + 1;
  return 0;
}

std::string netns_hosts::ip6_of(const std::string& host) const {
  return ip6_of(number_of(host));
}

int netns_hosts::netns_of(const std::string& host) const {
  const auto found = netns_.find(host);
  return found == netns_.end() ? -1 : found->second.get();
}

expected<netns_hosts> netns_hosts::make(const topology& all) {
  netns_hosts hosts{all};
  if (auto bad = execute({"sh", "-c", no_address_delay}); is_error(bad))
    return bad;
  if (auto bad = execute({"ip", "link", "set", "lo", "up"}); is_error(bad))
    return bad;
  if (auto bad = hosts.make_bridges(); is_error(bad))
    return bad;
  for (std::size_t i = 0; i < all.hosts.size(); ++i)
    if (auto bad = hosts.make_host(all.hosts[i], i + 1); is_error(bad))
      return bad;
  if (auto bad = hosts.wait_for_addresses(); is_error(bad))
    return bad;
  return hosts;
}

error netns_hosts::make_bridges() {
  std::ostringstream script;
  std::size_t number = 0;
  for (const auto& one : all_->bridges) {
    // Addresses above those of all hosts, so that a host that queries wins.
    script << "link add b-" << one.name << " address 02:00:00:00:ff:"
           << std::hex << 0x10 + number++ << std::dec
           << " type bridge stp_state 0 forward_delay 0 mcast_snooping "
           << (one.snooping ? 1 : 0)
           << " mcast_mld_version 2 mcast_query_response_interval 100\n";
    // Second, for the bridge floods until a response interval has gone by.
    if (one.querier && one.uplink.empty())
      script << "link set b-" << one.name << " type bridge mcast_querier 1\n";
    script << "link set b-" << one.name << " up\n";
    if (!one.uplink.empty())
      script << "link add u-" << one.name << " type veth peer name d-"
             << one.name << "\nlink set u-" << one.name << " master b-"
             << one.uplink << " up\nlink set d-" << one.name << " master b-"
             << one.name << " up\n";
  }
  if (auto bad = execute({"ip", "-batch", "-"}, script.str()); is_error(bad))
    return bad;
  for (const auto& one : all_->bridges) {
    if (one.uplink.empty())
      continue;
    for (const auto* end : {"u-", "d-"}) {
      const auto device = end + one.name;
      if (auto bad = execute(without_offloads(device)); is_error(bad))
        return bad;
      if (auto bad = set_wire("bridge '" + one.name + "'", -1, device,
                              one.to_uplink);
          is_error(bad))
        return bad;
      if (auto bad = set_loss(-1, device, one.to_uplink.loss_pct,
                              one.to_uplink.burst_packets);
          is_error(bad))
        return bad;
    }
  }
  return {};
}

error netns_hosts::make_host(const host& one, std::size_t number) {
  const auto id = std::to_string(number);
  if (auto bad = execute({"ip", "netns", "add", one.name}); is_error(bad))
    return bad;
  owned_fd home{
      open(("/run/netns/" + one.name).c_str(), O_RDONLY | O_CLOEXEC)};
  const int netns = home.get();
  if (netns < 0)
    return {errc::io_error, "/run/netns/" + one.name};
  netns_.emplace(one.name, std::move(home));
  if (auto bad = execute({"sh", "-c", no_address_delay}, {}, netns); is_error(bad))
    return bad;
  // Down at first: arrange() puts those on the bridge that take part.
  const auto cable = "link add p-" + one.name +
                     " type veth peer name eth0 netns " + one.name +
                     " address " + mac_of(number) + "\nlink set p-" + one.name +
                     " up\n";
  if (auto bad = execute({"ip", "-batch", "-"}, cable); is_error(bad))
    return bad;
  // udpcast speaks IPv4 only, and looks for its receivers by broadcast.
  const auto inside = "link set lo up\naddr add " + ip6_of(number) +
                      "/64 dev eth0 nodad\naddr add 10.91.0." + id +
                      "/24 brd + dev eth0\nlink set eth0 up\nroute add "
                      "224.0.0.0/4 dev eth0\n";
  if (auto bad = execute({"ip", "-batch", "-"}, inside, netns); is_error(bad))
    return bad;
  if (!one.offloads) {
    if (auto bad = execute(without_offloads("eth0"), {}, netns); is_error(bad))
      return bad;
    if (auto bad = execute(without_offloads("p-" + one.name)); is_error(bad))
      return bad;
  }
  return set_wire("host '" + one.name + "'", netns, "eth0", one.cable);
}

error netns_hosts::set_wire(const std::string& where, int netns,
                            const std::string& device, const wire& how) const {
  std::vector<std::string> words{"tc", "qdisc", "add", "dev", device, "root"};
  const auto rate = std::to_string(how.rate_bits_per_s) + "bit";
  if (how.delay_ms > 0) {
    // netem limits the rate itself; its queue has room for what is delayed.
    for (auto* word : {"netem", "limit", "100000", "delay"})
      words.emplace_back(word);
    words.push_back(std::to_string(how.delay_ms) + "ms");
    if (how.rate_bits_per_s > 0)
      words.insert(words.end(), {"rate", rate});
    if (how.reorder_pct > 0)
      words.insert(words.end(),
                   {"reorder", std::to_string(how.reorder_pct) + "%"});
    const auto bad = execute(words, {}, netns);
    if (!is_error(bad))
      return {};
    return {errc::unsupported, where + ": 'delay' and 'reorder' need netem,"
                                       " which cannot be had here (" +
                                   bad.what + ")"};
  }
  if (how.rate_bits_per_s == 0)
    return {};
  words.insert(words.end(),
               {"tbf", "rate", rate, "burst", "256k", "latency", "200ms"});
  const auto bad = execute(words, {}, netns);
  if (!is_error(bad))
    return {};
  return {errc::unsupported, where + ": 'rate' needs tbf (" + bad.what + ")"};
}

error netns_hosts::set_loss(int netns, const std::string& device, double pct,
                            std::uint32_t burst) const {
  std::string table = "table netdev loss_" + device;
  std::replace(table.begin(), table.end(), '-', '_');
  std::ostringstream rules;
  rules << table << "\ndelete " << table << "\n";
  if (pct > 0) {
    rules << table << " {\n chain arriving {\n"
          << "  type filter hook ingress device \"" << device
          << "\" priority 0; policy accept;\n";
    if (burst > 1) // so many of each period, one after the other
      rules << "  numgen inc mod "
            << std::max<long>(burst, std::lround(burst * 100.0 / pct)) << " < "
            << burst << " drop\n";
    else
      rules << "  numgen random mod 1000000 < " << std::lround(pct * 10'000)
            << " drop\n";
    rules << " }\n}\n";
  }
  auto bad = execute({"nft", "-f", "-"}, rules.str(), netns);
  return is_error(bad) && bad.code != errc::not_found
             ? error{errc::unsupported, "'loss' needs nftables: " + bad.what}
             : bad;
}

error netns_hosts::arrange(const std::vector<std::string>& present,
                           const std::vector<std::string>& receivers,
                           std::optional<double> loss_pct) {
  std::string script;
  const auto is_in = [](const std::vector<std::string>& list,
                        const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const auto& one : all_->hosts) {
    const bool wanted = is_in(present, one.name);
    if (wanted != is_in(present_, one.name))
      script += "link set p-" + one.name +
                (wanted ? " master b-" + one.bridge : " nomaster") + "\n";
  }
  if (!script.empty())
    if (auto bad = execute({"ip", "-batch", "-"}, script); is_error(bad))
      return bad;
  present_ = present;
  for (const auto& one : all_->hosts) {
    const auto wanted = is_in(receivers, one.name) && loss_pct
                            ? *loss_pct
                            : one.cable.loss_pct;
    auto& now = loss_now_[one.name];
    if (wanted == now)
      continue;
    if (auto bad = set_loss(netns_of(one.name), "eth0", wanted,
                            one.cable.burst_packets);
        is_error(bad))
      return bad;
    now = wanted;
  }
  return {};
}

error netns_hosts::wait_for_addresses() const {
  const auto deadline = clock::now() + std::chrono::seconds{20};
  for (const auto& [name, home] : netns_) {
    for (;;) {
      const auto text =
          run_command({"cat", "/proc/net/if_inet6"}, {}, home.get());
      if (!text)
        return text.error();
      if (text->find("fe80") != std::string::npos)
        break;
      if (clock::now() > deadline)
        return {errc::timed_out, "host '" + name + "' got no address"};
    }
  }
  return {};
}

cable_count netns_hosts::count_of(const std::string& host) const {
  // What arrives at the bridge's end is what the host has sent.
  std::ifstream lines{"/proc/self/net/dev"};
  const auto device = "p-" + host + ":";
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields{line};
    std::string name;
    fields >> name;
    if (name != device)
      continue;
    std::uint64_t value[10]{};
    for (auto& each : value)
      fields >> each;
    return {value[0], value[1], value[8]};
  }
  return {};
}

} // namespace troupe::lab
