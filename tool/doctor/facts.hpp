// SPDX-License-Identifier: BSD-3-Clause
// What a look at a host and its network brings. Plain values: judge() makes
// findings of them, and tests make them up.
#pragma once

#include "transport/group_address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::doctor {

/// A network interface as the kernel describes it.
struct interface_facts {
  std::uint32_t index = 0;
  std::uint32_t master = 0; ///< index of the bridge it is a port of; 0: none
  std::string name;
  bool is_up = false;       ///< IFF_UP
  bool has_carrier = false; ///< IFF_RUNNING
  bool can_multicast = false;
  bool is_loopback = false;
  bool is_wireless = false;
  bool ipv6_disabled = false;
  bool has_link_local = false; ///< one that may be used
  bool is_tentative = false;   ///< a link-local address is still being checked
  bool is_duplicate = false;   ///< another host has the link-local address
  std::uint32_t mtu_bytes = 0;
  std::uint32_t forced_mld_version = 0; ///< force_mld_version; 0: none
  bool has_route = false;               ///< of global multicast
};

/// A bridge of this host.
struct bridge_facts {
  std::uint32_t index = 0;
  std::string name;
  bool is_up = false;
  bool snoops = false;
  bool queries = false;        ///< asks for members itself
  bool hears_querier = false;  ///< somebody else does
  std::uint32_t mld_version = 2;
  std::uint32_t most_groups = 0; ///< mcast_hash_max
};

/// What came of a packet that this host sent to a group of its own.
enum class echo {
  not_tried,
  heard,
  send_refused, ///< EPERM: a rule for outgoing packets
  send_failed,  ///< another error
  not_heard,
};

/// A querier's message.
struct query_heard {
  ip6_address from;
  bool is_version_1 = false;
};

/// Somebody who shares a name.
struct sharer_heard {
  ip6_address from;
  std::string object; ///< hex of what its packets are part of
};

/// All of it.
struct facts {
  std::string wanted;                 ///< interface asked for; may be empty
  std::vector<interface_facts> interfaces;
  std::uint32_t chosen = 0;           ///< index of the one in use; 0: none
  std::vector<bridge_facts> bridges;
  bool may_send_raw = false;          ///< CAP_NET_RAW
  std::uint64_t receive_buffer_bytes = 0; ///< that a socket may have
  std::uint64_t option_memory_bytes = 0;  ///< net.core.optmem_max
  echo data = echo::not_tried;        ///< UDP to a group
  echo report = echo::not_tried;      ///< an MLD report to ff02::16
  int data_errno = 0;
  std::vector<query_heard> queries;
  std::uint32_t listened_ms = 0;      ///< for queries
  std::string name;                   ///< share looked for; may be empty
  std::vector<sharer_heard> sharers;

  const interface_facts* chosen_interface() const noexcept {
    for (const auto& one : interfaces)
      if (one.index == chosen)
        return &one;
    return nullptr;
  }
};

/// How bad it is.
enum class severity {
  ok,    ///< checked and found right
  hint,  ///< works, not as well as it could
  fault, ///< keeps multicast from working, or soon will
};

/// What judge() says of one thing.
struct finding {
  severity how = severity::ok;
  std::string id;   ///< short and stable, for scripts: "no-route"
  std::string what; ///< a sentence
  std::string fix;  ///< what to do; empty if there is nothing to do
};

/// Findings, the worst first. Pure.
std::vector<finding> judge(const facts& all);

} // namespace troupe::doctor
