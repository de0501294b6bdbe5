// SPDX-License-Identifier: BSD-3-Clause
#include "lab/netns_hosts.hpp"

#include "lab/tools.hpp"
#include "lab/watcher.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <fstream>
#include <sstream>

namespace troupe::lab {

namespace {

namespace fs = std::filesystem;

constexpr auto patience_for_part = std::chrono::seconds{20};

/// Addresses are usable at once: no duplicate address detection.
constexpr auto no_address_delay =
    "cd /proc/sys/net/ipv6/conf && for each in all default; do"
    " echo 0 >$each/accept_dad; done && echo 0 >default/router_solicitations";

/// A cable whose process has ended is told of, instead of ending this one.
void hold_pipe_signals() {
  sigset_t pipes;
  sigemptyset(&pipes);
  sigaddset(&pipes, SIGPIPE);
  sigprocmask(SIG_BLOCK, &pipes, nullptr);
}

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

std::size_t netns_hosts::number_of(const std::string& host) const {
  for (std::size_t i = 0; i < all_->hosts.size(); ++i)
    if (all_->hosts[i].name == host)
      return i + 1;
  return 0;
}

std::string netns_hosts::ip6_of(const std::string& host) const {
  const auto* one = all_->find_host(host);
  const auto link = one == nullptr ? 0 : all_->link_of(one->bridge);
  std::ostringstream text;
  text << "fd00:7470:" << std::hex;
  if (link > 0)
    text << "0:" << link << ":";
  text << ":" << number_of(host);
  return text.str();
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
  for (std::size_t i = 0; i < all.routers.size(); ++i)
    if (auto bad = hosts.make_router(all.routers[i], i + 1); is_error(bad))
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
    if (!one.uplink.empty() && !one.to_uplink.needs_link())
      script << "link add u-" << one.name << " type veth peer name d-"
             << one.name << "\n";
  }
  if (auto bad = execute({"ip", "-batch", "-"}, script.str()); is_error(bad))
    return bad;
  number = 0;
  for (const auto& one : all_->bridges) {
    ++number;
    if (one.uplink.empty())
      continue;
    const auto& how = one.to_uplink;
    if (how.needs_link())
      if (auto bad = make_link("u-" + one.name, "u-" + one.name,
                               "d-" + one.name, how, how.loss_pct,
                               max_hosts + number);
          is_error(bad))
        return bad;
    if (auto bad = execute({"ip", "-batch", "-"},
                           "link set u-" + one.name + " master b-" +
                               one.uplink + " up\nlink set d-" + one.name +
                               " master b-" + one.name + " up\n");
        is_error(bad))
      return bad;
    for (const auto* end : {"u-", "d-"}) {
      const auto device = end + one.name;
      if (auto bad = execute(without_offloads(device)); is_error(bad))
        return bad;
      if (auto bad = set_rate("bridge '" + one.name + "'", -1, device,
                              how.rate_bits_per_s);
          is_error(bad))
        return bad;
      if (how.needs_link())
        continue; // which loses by itself
      if (auto bad = set_loss(-1, device, how.loss_pct); is_error(bad))
        return bad;
    }
  }
  return {};
}

error netns_hosts::make_namespace(const std::string& name) {
  if (auto bad = execute({"ip", "netns", "add", name}); is_error(bad))
    return bad;
  owned_fd home{open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC)};
  const int netns = home.get();
  if (netns < 0)
    return {errc::io_error, "/run/netns/" + name};
  netns_.emplace(name, std::move(home));
  return execute({"sh", "-c", no_address_delay}, {}, netns);
}

error netns_hosts::make_host(const host& one, std::size_t number) {
  const auto id = std::to_string(number);
  if (auto bad = make_namespace(one.name); is_error(bad))
    return bad;
  const int netns = netns_of(one.name);
  // Down at first: arrange() puts those on the bridge that take part.
  auto cable = "link set p-" + one.name + " up\n";
  if (one.cable.needs_link()) {
    if (auto bad = make_link(one.name, "p-" + one.name,
                             "/run/netns/" + one.name + ":eth0", one.cable, 0,
                             number); // arrange() says what it loses
        is_error(bad))
      return bad;
  } else {
    cable = "link add p-" + one.name + " type veth peer name eth0 netns " +
            one.name + "\n" + cable;
  }
  if (auto bad = execute({"ip", "-batch", "-"}, cable); is_error(bad))
    return bad;
  // udpcast speaks IPv4 only, and looks for its receivers by broadcast.
  const auto inside = "link set lo up\nlink set eth0 address " +
                      mac_of(number) + "\naddr add " + ip6_of(one.name) +
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
  return set_rate("host '" + one.name + "'", netns, "eth0",
                  one.cable.rate_bits_per_s);
}

error netns_hosts::set_rate(const std::string& where, int netns,
                            const std::string& device,
                            std::uint64_t bits_per_s) const {
  if (bits_per_s == 0)
    return {};
  const auto bad = execute({"tc", "qdisc", "add", "dev", device, "root", "tbf",
                            "rate", std::to_string(bits_per_s) + "bit", "burst",
                            "256k", "latency", "200ms"},
                           {}, netns);
  if (!is_error(bad))
    return {};
  return {errc::unsupported, where + ": 'rate' needs tbf (" + bad.what + ")"};
}

error netns_hosts::make_link(const std::string& whose, const std::string& first,
                             const std::string& second, const wire& how,
                             double loss_pct, std::uint64_t number) {
  return start_part(
      whose,
      {own_program(), "lab", "link", "--delay-ms", std::to_string(how.delay_ms),
       "--jitter-ms", std::to_string(how.jitter_ms), "--reorder",
       std::to_string(how.reorder_pct), "--duplicate",
       std::to_string(how.duplicate_pct), "--burst",
       std::to_string(how.burst_packets), "--loss", std::to_string(loss_pct),
       "--loss-back", std::to_string(loss_pct), "--seed",
       std::to_string(all_->seed * 1000 + number), first, second},
      -1);
}

error netns_hosts::start_part(const std::string& whose,
                              const std::vector<std::string>& words,
                              int netns) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return {from_errno(errno), "pipe"};
  hold_pipe_signals();
  const owned_fd input{ends[0]};
  owned_fd control{ends[1]};
  const auto log = fs::path{"/run/parts"} / whose;
  std::error_code none;
  fs::create_directories(log.parent_path(), none);
  auto started = start_process(words, netns, log, input.get());
  if (!started)
    return started.error();
  auto& one = parts_[whose];
  one.running = std::move(*started);
  one.control = std::move(control);
  const auto until = clock::now() + patience_for_part;
  while (!says_ready(log)) {
    std::vector<process*> awaited{&one.running};
    collect(awaited, clock::now() + std::chrono::milliseconds{2});
    if (one.running.end || clock::now() > until)
      return {errc::unsupported, "'" + whose + "' cannot be had here: " +
                                     last_line_of(log)};
  }
  return {};
}

error netns_hosts::make_router(const router& one, std::size_t number) {
  if (auto bad = make_namespace(one.name); is_error(bad))
    return bad;
  auto links = one.downstream;
  links.insert(links.begin(), one.upstream);
  std::vector<std::string> words{own_program(), "lab", "router"};
  if (!one.pass_joins)
    words.emplace_back("--no-joins");
  std::string inside = "link set lo up\n";
  std::string cables;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const auto device = "eth" + std::to_string(i);
    const auto port = "q-" + one.name + "-" + std::to_string(i);
    cables += "link add " + port + " type veth peer name " + device +
              " netns " + one.name + "\nlink set " + port + " master b-" +
              links[i] + " up\nlink set " + port +
              " type bridge_slave mcast_router 2\n";
    char mac[18];
    std::snprintf(mac, sizeof mac, "02:00:00:01:%02zx:%02zx", number & 0xff,
                  i & 0xff);
    inside += "link set " + device + " address " + mac + " up\n";
    words.push_back(device);
  }
  if (auto bad = execute({"ip", "-batch", "-"}, cables); is_error(bad))
    return bad;
  const int netns = netns_of(one.name);
  if (auto bad = execute({"ip", "-batch", "-"}, inside, netns); is_error(bad))
    return bad;
  for (std::size_t i = 0; i < links.size(); ++i)
    for (const auto& [device, where] :
         {std::pair{"eth" + std::to_string(i), netns},
          std::pair{"q-" + one.name + "-" + std::to_string(i), -1}})
      if (auto bad = execute(without_offloads(device), {}, where);
          is_error(bad))
        return bad;
  if (auto bad = wait_for_addresses(); is_error(bad))
    return bad;
  return start_part(one.name, words, netns);
}

std::string netns_hosts::broken_part() const {
  for (const auto& [whose, one] : parts_) {
    pollfd reader{one.control.get(), 0, 0};
    if (poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0)
      return "the cable or router '" + whose +
             "' broke: " + last_line_of(one.running.log);
  }
  return {};
}

error netns_hosts::set_loss(int netns, const std::string& device,
                            double pct) const {
  std::string table = "table netdev loss_" + device;
  std::replace(table.begin(), table.end(), '-', '_');
  std::ostringstream rules;
  rules << table << "\ndelete " << table << "\n";
  if (pct > 0) {
    rules << table << " {\n chain arriving {\n"
          << "  type filter hook ingress device \"" << device
          << "\" priority 0; policy accept;\n";
    rules << "  numgen random mod 1000000 < " << std::lround(pct * 10'000)
          << " drop\n }\n}\n";
  }
  auto bad = execute({"nft", "-f", "-"}, rules.str(), netns);
  return is_error(bad) && bad.code != errc::not_found
             ? error{errc::unsupported, "'loss' needs nftables: " + bad.what}
             : bad;
}

error netns_hosts::set_loss_of(const host& one, double pct) {
  const auto linked = parts_.find(one.name);
  if (linked == parts_.end())
    return set_loss(netns_of(one.name), "eth0", pct);
  const auto line = "loss " + std::to_string(pct) + "\n";
  const auto put =
      write(linked->second.control.get(), line.data(), line.size());
  return put == static_cast<ssize_t>(line.size())
             ? error{}
             : error{errc::io_error, broken_part()};
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
    if (auto bad = set_loss_of(one, wanted); is_error(bad))
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
