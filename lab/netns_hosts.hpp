// SPDX-License-Identifier: BSD-3-Clause
// The hosts of a topology as network namespaces of this machine.
#pragma once

#include "core/errc.hpp"
#include "lab/process.hpp"
#include "lab/topology.hpp"

#include <map>

namespace troupe::lab {

/// What has crossed a host's cable.
struct cable_count {
  std::uint64_t sent_bytes = 0; ///< by the host, Ethernet headers included
  std::uint64_t sent_packets = 0;
  std::uint64_t received_bytes = 0; ///< before its loss
};

/// Builds hosts and bridges with ip(8), tc(8), nft(8) and ethtool(8), within
/// in_private_world(), where they are also gone at the end. Each host has one
/// device, eth0. Cables that do what the kernel does not are processes
/// (lab/link.hpp). One thread; calls block for as long as those programs run.
class netns_hosts {
public:
  /// Errors: unsupported, with the reason, for what this kernel cannot do
  /// (delays need TAP devices); not_found for a missing program.
  static expected<netns_hosts> make(const topology& all);

  /// Exactly these hosts are on their bridges: one that only stands by would
  /// cost a copy of every packet. Receivers lose `loss_pct`, or, without one,
  /// what the topology says.
  error arrange(const std::vector<std::string>& present,
                const std::vector<std::string>& receivers,
                std::optional<double> loss_pct);

  /// A descriptor of the host's network namespace.
  int netns_of(const std::string& host) const;
  /// Its address, as text.
  std::string ip6_of(const std::string& host) const;
  /// Its number, from 1.
  std::size_t number_of(const std::string& host) const;

  cable_count count_of(const std::string& host) const;

  /// What is wrong with a cable or a router whose process has ended; else
  /// nothing.
  std::string broken_part() const;

private:
  /// A cable or a router that is a process.
  struct part {
    process running;
    owned_fd control; ///< its standard input
  };

  /// Starts one and waits for its `ready`; `whose` is the key in parts_.
  error start_part(const std::string& whose,
                   const std::vector<std::string>& words, int netns);

  explicit netns_hosts(const topology& all) : all_{&all} {}
  error make_bridges();
  error make_router(const router& one, std::size_t number);
  error make_namespace(const std::string& name);
  error make_host(const host& one, std::size_t number);
  /// Devices `first`, here, and `second` as `lab link` has it, that lose so
  /// much both ways at first.
  error make_link(const std::string& whose, const std::string& first,
                  const std::string& second, const wire& how, double loss_pct,
                  std::uint64_t number);
  error wait_for_addresses() const;
  error set_rate(const std::string& where, int netns, const std::string& device,
                 std::uint64_t bits_per_s) const;
  error set_loss_of(const host& one, double pct);
  error set_loss(int netns, const std::string& device, double pct) const;

  const topology* all_;
  std::map<std::string, owned_fd, std::less<>> netns_;
  std::map<std::string, double, std::less<>> loss_now_;
  /// By host, u-BRIDGE or ROUTER.
  std::map<std::string, part, std::less<>> parts_;
  std::vector<std::string> present_;
};

} // namespace troupe::lab
