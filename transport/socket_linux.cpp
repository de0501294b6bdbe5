// SPDX-License-Identifier: BSD-3-Clause
#include "transport/socket_linux.hpp"

#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace troupe {
namespace {

constexpr int socket_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
constexpr int data_hop_limit = 255;
constexpr int mld_hop_limit = 1;
constexpr int report_buffer_bytes = 16 << 20;
constexpr int send_buffer_bytes = 4 << 20;

// Hop-by-hop header (RFC 8200 4.3): router alert for MLD (RFC 2711), PadN.
constexpr std::uint8_t router_alert[8] = {0, 0, 5, 2, 0, 0, 1, 0};

template <class T>
bool set(int fd, int level, int name, const T& value) {
  return ::setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

/// The kernel's limits do not bind who holds CAP_NET_ADMIN.
void set_buffer(int fd, int forced, int plain, int bytes) {
  if (!set(fd, SOL_SOCKET, forced, bytes))
    set(fd, SOL_SOCKET, plain, bytes);
}

expected<unique_fd> failed(const char* what) {
  return socket_error(what, errno);
}

/// Bound to the port that every librecast host sends from and to.
expected<unique_fd> open_channel_socket() {
  unique_fd fd{::socket(AF_INET6, SOCK_DGRAM | socket_flags, IPPROTO_UDP)};
  if (!fd)
    return failed("cannot open an IPv6 UDP socket");
  constexpr int on = 1;
  constexpr int off = 0;
  if (!set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, on) ||
      !set(fd.get(), SOL_SOCKET, SO_REUSEADDR, on) ||
      !set(fd.get(), SOL_SOCKET, SO_REUSEPORT, on) ||
      !set(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_ALL, off))
    return failed("cannot prepare a UDP socket");
  const sockaddr_in6 here = to_sockaddr({}, channel_port, 0);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&here),
             sizeof(here)) != 0)
    return failed("cannot bind UDP port 4242");
  return fd;
}

} // namespace

errc socket_errc(int number) noexcept {
  switch (number) {
  case 0:
    return errc::none;
  case EPERM:
  case EACCES:
    return errc::no_permission;
  case ENODEV:
  case ENXIO:
    return errc::no_device;
  case ENOMEM:
    return errc::out_of_memory;
  default:
    return errc::network_error;
  }
}

error socket_error(const std::string& what, int number) {
  return {socket_errc(number),
          what + ": " + std::generic_category().message(number)};
}

expected<unique_fd> open_receive_socket(const receive_options& options,
                                        bool coalesce) {
  auto opened = open_channel_socket();
  if (!opened)
    return opened;
  const int fd = opened->get();
  constexpr int on = 1;
  if (!set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, on))
    return failed("cannot learn the destination of packets");
  set(fd, SOL_SOCKET, SO_RXQ_OVFL, on); // a counter, no more
  if (coalesce)
    set(fd, IPPROTO_UDP, UDP_GRO, on); // works without, at a higher price
  const std::uint32_t bytes = std::min(options.receive_buffer_bytes, 1u << 30);
  set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, static_cast<int>(bytes));
  return opened;
}

expected<unique_fd> open_send_socket(std::uint32_t interface_index,
                                     bool loopback) {
  auto opened = open_channel_socket();
  if (!opened)
    return opened;
  const int fd = opened->get();
  if (!set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, interface_index) ||
      !set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, data_hop_limit) ||
      !set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, int{loopback}))
    return failed("cannot choose the interface to send on");
  // Without it the kernel hides that a device's queue was full (ENOBUFS).
  constexpr int on = 1;
  set(fd, IPPROTO_IPV6, IPV6_RECVERR, on);
  set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, send_buffer_bytes);
  constexpr int least = 0;
  set(fd, SOL_SOCKET, SO_RCVBUF, least); // nobody reads what strays in here
  return opened;
}

expected<unique_fd> open_mld_socket(bool loopback) {
  unique_fd fd{::socket(AF_INET6, SOCK_RAW | socket_flags, IPPROTO_ICMPV6)};
  if (!fd) {
    const errc code = socket_errc(errno);
    if (code == errc::no_permission)
      return error{code, "membership reports need CAP_NET_RAW: run as root or "
                         "`setcap cap_net_raw+ep` the program"};
    return failed("cannot open a raw ICMPv6 socket");
  }
  icmp6_filter nothing{};
  ICMP6_FILTER_SETBLOCKALL(&nothing);
  if (!set(fd.get(), IPPROTO_ICMPV6, ICMP6_FILTER, nothing) ||
      !set(fd.get(), IPPROTO_IPV6, IPV6_HOPOPTS, router_alert) ||
      !set(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_HOPS, mld_hop_limit) ||
      !set(fd.get(), IPPROTO_IPV6, IPV6_MULTICAST_LOOP, int{loopback}))
    return failed("cannot prepare a raw ICMPv6 socket");
  return fd;
}

void enlarge_report_buffer(int fd) noexcept {
  int bytes = 0;
  socklen_t size = sizeof(bytes);
  // The kernel counts twice what was asked for, and it may be large already.
  if (::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &size) == 0 &&
      bytes / 2 < report_buffer_bytes)
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, report_buffer_bytes);
}

errc listen_for_reports(int fd, const std::vector<std::uint32_t>& interfaces) {
  constexpr int on = 1;
  if (!set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, on) ||
      !set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, on))
    return socket_errc(errno);
  enlarge_report_buffer(fd);
  for (const std::uint32_t index : interfaces)
    if (const int bad = change_membership(fd, true, all_mld_routers(), index))
      return socket_errc(bad);
  icmp6_filter reports{};
  ICMP6_FILTER_SETBLOCKALL(&reports);
  for (const int type : {131, 132, 143})
    ICMP6_FILTER_SETPASS(type, &reports);
  return set(fd, IPPROTO_ICMPV6, ICMP6_FILTER, reports) ? errc::none
                                                        : socket_errc(errno);
}

int send_mld(int fd, std::span<const std::byte> message, const ip6_address& to,
             std::uint32_t interface_index) noexcept {
  const sockaddr_in6 there = to_sockaddr(to, 0, interface_index);
  const auto sent =
      ::sendto(fd, message.data(), message.size(), MSG_DONTWAIT,
               reinterpret_cast<const sockaddr*>(&there), sizeof(there));
  return sent < 0 ? errno : 0;
}

int change_membership(int fd, bool join, const group_address& group,
                      std::uint32_t interface_index) noexcept {
  ipv6_mreq request{};
  std::memcpy(&request.ipv6mr_multiaddr, group.bytes.data(),
              group.bytes.size());
  request.ipv6mr_interface = interface_index;
  const int name = join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP;
  return set(fd, IPPROTO_IPV6, name, request) ? 0 : errno;
}

int filter_senders(int fd, std::span<const ip6_address> senders) noexcept {
  constexpr int none = 0;
  if (senders.empty())
    return set(fd, SOL_SOCKET, SO_DETACH_FILTER, none) || errno == ENOENT
               ? 0
               : errno;
  if (senders.size() > max_heard)
    return E2BIG;
  constexpr std::uint32_t source_offset = 8; // RFC 8200 3
  constexpr std::uint32_t words = 4;
  std::array<sock_filter, max_heard*(2 * words + 1) + 1> program{};
  std::uint16_t length = 0;
  const auto add = [&](std::uint16_t code, std::uint32_t value,
                       std::uint8_t if_not = 0) {
    program[length++] = {code, 0, if_not, value};
  };
  for (const auto& sender : senders) {
    for (std::uint32_t i = 0; i < words; ++i) {
      std::uint32_t word = 0;
      std::memcpy(&word, sender.bytes.data() + i * sizeof(word), sizeof(word));
      add(BPF_LD | BPF_W | BPF_ABS,
          static_cast<std::uint32_t>(SKF_NET_OFF) + source_offset +
              i * static_cast<std::uint32_t>(sizeof(word)));
      // What differs goes on with the next sender.
      add(BPF_JMP | BPF_JEQ | BPF_K, ntohl(word),
          static_cast<std::uint8_t>(2 * (words - 1 - i) + 1));
    }
    add(BPF_RET | BPF_K, UINT32_MAX);
  }
  add(BPF_RET | BPF_K, 0);
  const sock_fprog filter{length, program.data()};
  return set(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter) ? 0 : errno;
}

sockaddr_in6 to_sockaddr(const ip6_address& address, std::uint16_t port,
                         std::uint32_t interface_index) noexcept {
  sockaddr_in6 out{};
  out.sin6_family = AF_INET6;
  out.sin6_port = htons(port);
  out.sin6_scope_id = interface_index;
  std::memcpy(&out.sin6_addr, address.bytes.data(), address.bytes.size());
  return out;
}

ip6_address all_mld_routers() noexcept {
  ip6_address address;
  address.bytes[0] = 0xff;
  address.bytes[1] = 0x02;
  address.bytes[15] = 0x16;
  return address;
}

ip6_address all_nodes() noexcept {
  ip6_address address = all_mld_routers();
  address.bytes[15] = 0x01;
  return address;
}

} // namespace troupe
