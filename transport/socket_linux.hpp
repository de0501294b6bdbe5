// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"
#include "transport/network.hpp"
#include "transport/unique_fd.hpp"

#include <netinet/in.h>

#include <cstdint>

namespace troupe {

// Internal to transport and to the tool's doctor. All sockets are non-blocking and closed on exec.

/// What a failed system call on a socket means: no_permission, no_device,
/// out_of_memory, else network_error.
errc socket_errc(int number) noexcept;
/// The same with a message, "<what>: <text of the errno value>".
error socket_error(const std::string& what, int number);

/// A UDP socket on [::]:4242 that hears only the groups it joined and says
/// where each packet was sent to (ipv6(7): IPV6_MULTICAST_ALL,
/// IPV6_RECVPKTINFO; socket(7): SO_RXQ_OVFL). With `coalesce` it takes
/// superpackets where the kernel can (udp(7): UDP_GRO).
expected<unique_fd> open_receive_socket(const receive_options& options,
                                        bool coalesce);

/// A UDP socket on [::]:4242 that sends multicast on one interface with hop
/// limit 255 and hears nothing.
expected<unique_fd> open_send_socket(std::uint32_t interface_index,
                                     bool loopback);

/// A raw ICMPv6 socket that lets nothing in and sends with hop limit 1 and a
/// router alert, as RFC 3810 5 wants. `loopback`: to this host as well.
/// Errors: no_permission without CAP_NET_RAW, network_error.
expected<unique_fd> open_mld_socket(bool loopback);

/// Makes room for the reports of many hosts, as far as the system lets us.
void enlarge_report_buffer(int fd) noexcept;

/// Lets MLD reports in, of all interfaces given, with their interface and hop
/// limit. Errors: network_error.
errc listen_for_reports(int fd, const std::vector<std::uint32_t>& interfaces);

/// Sends an MLD message without blocking: 0 or an errno value.
int send_mld(int fd, std::span<const std::byte> message, const ip6_address& to,
             std::uint32_t interface_index) noexcept;

/// Joins or leaves a group: 0 or an errno value.
int change_membership(int fd, bool join, const group_address& group,
                      std::uint32_t interface_index) noexcept;

/// Lets packets of these senders in and no others: a socket filter (bpf(4) of
/// the classic kind), so that what others send takes no room in the socket's
/// buffer. None: everybody. At most max_heard. 0 or an errno value.
int filter_senders(int fd, std::span<const ip6_address> senders) noexcept;

/// The kernel's form of an address.
sockaddr_in6 to_sockaddr(const ip6_address& address, std::uint16_t port,
                         std::uint32_t interface_index) noexcept;

/// ff02::16, where MLDv2 reports go, and ff02::1, where queries go.
ip6_address all_mld_routers() noexcept;
ip6_address all_nodes() noexcept;

} // namespace troupe
