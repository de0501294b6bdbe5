// SPDX-License-Identifier: BSD-3-Clause
// Packets to a multicast group, as fast as the kernel takes them, and a sink
// that counts those that arrive: the ceiling that scripts/bench wire compares
// with. Nothing is read from a file, hashed, repaired or written.
//
// usage: blast send DEVICE PAYLOAD_BYTES MIB plain|segment
//        blast sink DEVICE plain|segment
//
// plain: sendmmsg of 64 packets, recvmmsg of 64 packets. segment: superpackets
// by UDP_SEGMENT, received by UDP_GRO. The sink prints `ready` and, when after
// the first packet nothing has come for half a second, a line:
// BYTES PACKETS SECONDS, from the first packet to the last.
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>
#include <vector>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace {

constexpr unsigned batch = 64;
constexpr std::size_t superpacket_room = 65536;
constexpr std::size_t largest_datagram = 65000;
constexpr int buffer_bytes = 16 << 20;
constexpr int silence_ms = 500;

double now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in6 group(const char* device) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(9700);
  address.sin6_scope_id = if_nametoindex(device);
  if (inet_pton(AF_INET6, "ff1e::b1a5", &address.sin6_addr) != 1 ||
      address.sin6_scope_id == 0)
    fail(device);
  return address;
}

int make_socket(int kind, int forced) {
  const int s = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (s < 0)
    fail("socket");
  if (setsockopt(s, SOL_SOCKET, forced, &buffer_bytes, sizeof buffer_bytes) !=
      0)
    setsockopt(s, SOL_SOCKET, kind, &buffer_bytes, sizeof buffer_bytes);
  return s;
}

int send_all(const char* device, std::size_t payload, std::uint64_t bytes,
             bool segment) {
  if (payload == 0 || payload > largest_datagram)
    return 2;
  const int s = make_socket(SO_SNDBUF, SO_SNDBUFFORCE);
  const auto to = group(device);
  setsockopt(s, IPPROTO_IPV6, IPV6_MULTICAST_IF, &to.sin6_scope_id,
             sizeof to.sin6_scope_id);
  if (connect(s, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    fail("connect");
  const int size = static_cast<int>(payload);
  if (segment &&
      setsockopt(s, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size) != 0)
    fail("UDP_SEGMENT");
  // Up to 44 packets in one superpacket, as the sharer does it.
  const std::size_t packets =
      segment ? std::min<std::size_t>(44, largest_datagram / payload) : 1;
  std::vector<char> content(payload * packets, 'x');
  iovec part{content.data(), content.size()};
  std::array<mmsghdr, batch> messages{};
  for (auto& message : messages) {
    message.msg_hdr.msg_iov = &part;
    message.msg_hdr.msg_iovlen = 1;
  }
  const unsigned per_call = segment ? 8 : batch;
  for (std::uint64_t sent = 0; sent < bytes;) {
    const int n = sendmmsg(s, messages.data(), per_call, 0);
    if (n < 0 && errno != ENOBUFS && errno != EINTR)
      fail("sendmmsg");
    if (n > 0)
      sent += static_cast<std::uint64_t>(n) * content.size();
  }
  return 0;
}

int sink(const char* device, bool segment) {
  const int s = make_socket(SO_RCVBUF, SO_RCVBUFFORCE);
  auto address = group(device);
  ipv6_mreq member{address.sin6_addr, address.sin6_scope_id};
  const int on = 1;
  if (segment && setsockopt(s, IPPROTO_UDP, UDP_GRO, &on, sizeof on) != 0)
    fail("UDP_GRO");
  if (bind(s, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
          0 ||
      setsockopt(s, IPPROTO_IPV6, IPV6_JOIN_GROUP, &member, sizeof member) != 0)
    fail("bind");
  const std::size_t room = segment ? superpacket_room : 2048;
  std::vector<char> slab(room * batch);
  std::array<iovec, batch> parts{};
  std::array<mmsghdr, batch> messages{};
  std::array<std::array<char, 64>, batch> control{};
  for (std::size_t i = 0; i < batch; ++i) {
    parts[i] = {slab.data() + i * room, room};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  std::puts("ready");
  std::fflush(stdout);
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  double first = 0;
  double last = 0;
  pollfd readable{s, POLLIN, 0};
  while (poll(&readable, 1, packets == 0 ? -1 : silence_ms) > 0) {
    for (std::size_t i = 0; i < batch; ++i) {
      messages[i].msg_hdr.msg_control = control[i].data();
      messages[i].msg_hdr.msg_controllen = control[i].size();
    }
    const int n = recvmmsg(s, messages.data(), batch, MSG_DONTWAIT, nullptr);
    if (n <= 0)
      continue;
    last = now();
    if (packets == 0)
      first = last;
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
      const std::uint64_t length = messages[i].msg_len;
      std::uint64_t size = length;
      auto* header = CMSG_FIRSTHDR(&messages[i].msg_hdr);
      if (header != nullptr && header->cmsg_level == IPPROTO_UDP &&
          header->cmsg_type == UDP_GRO) {
        int told = 0;
        std::memcpy(&told, CMSG_DATA(header), sizeof told);
        size = static_cast<std::uint64_t>(std::max(told, 1));
      }
      bytes += length;
      packets += size == 0 ? 1 : (length + size - 1) / size;
    }
  }
  std::printf("%llu %llu %.6f\n", static_cast<unsigned long long>(bytes),
              static_cast<unsigned long long>(packets), last - first);
  return 0;
}

} // namespace

int main(int count, char** arguments) {
  const std::string_view what = count > 1 ? arguments[1] : "";
  if (what == "send" && count == 6)
    return send_all(arguments[2], std::strtoul(arguments[3], nullptr, 10),
                    std::strtoull(arguments[4], nullptr, 10) << 20,
                    arguments[5] == std::string_view{"segment"});
  if (what == "sink" && count == 4)
    return sink(arguments[2], arguments[3] == std::string_view{"segment"});
  std::fprintf(stderr, "usage: blast send DEVICE PAYLOAD_BYTES MIB KIND\n"
                       "       blast sink DEVICE KIND\n");
  return 2;
}
