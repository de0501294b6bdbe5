// SPDX-License-Identifier: BSD-3-Clause
#include "transport/batch_io_linux.hpp"

#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>

namespace troupe {
namespace {

template <class T>
T read_as(const cmsghdr* c) noexcept {
  T value{};
  std::memcpy(&value, CMSG_DATA(c), sizeof(value));
  return value;
}

ip6_address to_address(const in6_addr& in) noexcept {
  ip6_address out;
  std::memcpy(out.bytes.data(), &in, out.bytes.size());
  return out;
}

} // namespace

std::size_t received_message::packets() const noexcept {
  if (segment_bytes == 0)
    return 1;
  return (bytes.size() + segment_bytes - 1) / segment_bytes;
}

std::span<const received_message> message_reader::read(int fd, std::byte* first,
                                                       std::size_t slot_bytes,
                                                       unsigned slots,
                                                       int& problem) noexcept {
  slots = std::min(slots, max_messages);
  for (unsigned i = 0; i < slots; ++i) {
    pieces_[i] = {first + i * slot_bytes, slot_bytes};
    headers_[i] = {};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &sources_[i];
    header.msg_namelen = sizeof(sources_[i]);
    header.msg_iov = &pieces_[i];
    header.msg_iovlen = 1;
    header.msg_control = control_[i].data();
    header.msg_controllen = control_bytes;
  }
  dropped_ = 0;
  const int count =
      ::recvmmsg(fd, headers_.data(), slots, MSG_DONTWAIT, nullptr);
  problem = count < 0 ? errno : 0;
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    received_message& m = messages_[at];
    m = {};
    m.bytes = {first + at * slot_bytes, headers_[at].msg_len};
    m.from = to_address(sources_[at].sin6_addr);
    m.truncated = (headers_[at].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    read_control(headers_[at].msg_hdr, m);
  }
  return {messages_.data(), static_cast<std::size_t>(std::max(count, 0))};
}

void message_reader::read_control(const msghdr& header,
                                  received_message& out) noexcept {
  // CMSG_NXTHDR is not const-correct; it changes nothing.
  auto* h = const_cast<msghdr*>(&header);
  for (cmsghdr* c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      const auto info = read_as<in6_pktinfo>(c);
      out.to = to_address(info.ipi6_addr);
      out.interface_index = info.ipi6_ifindex;
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT) {
      out.hop_limit = read_as<int>(c);
    } else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      out.segment_bytes =
          static_cast<std::uint32_t>(std::max(read_as<int>(c), 0));
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
      dropped_ = read_as<std::uint32_t>(c);
    }
  }
}

message_writer::outcome message_writer::write(
    int fd, const sockaddr_in6& to, std::span<const std::byte> bytes,
    std::uint16_t packet_bytes, std::size_t per_message) noexcept {
  // Every message of the call shares the destination and the segment size.
  msghdr shared{};
  shared.msg_name = const_cast<sockaddr_in6*>(&to);
  shared.msg_namelen = sizeof(to);
  shared.msg_iovlen = 1;
  if (per_message > 1) {
    shared.msg_control = control_.data();
    shared.msg_controllen = control_bytes;
    cmsghdr* c = CMSG_FIRSTHDR(&shared);
    c->cmsg_level = IPPROTO_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof(packet_bytes));
    std::memcpy(CMSG_DATA(c), &packet_bytes, sizeof(packet_bytes));
  }

  const std::size_t message_bytes = per_message * packet_bytes;
  unsigned count = 0;
  for (; count < max_messages && !bytes.empty(); ++count) {
    const auto part = bytes.first(std::min(message_bytes, bytes.size()));
    pieces_[count] = {const_cast<std::byte*>(part.data()), part.size()};
    headers_[count] = {shared, 0};
    headers_[count].msg_hdr.msg_iov = &pieces_[count];
    bytes = bytes.subspan(part.size());
  }
  const int sent =
      ::sendmmsg(fd, headers_.data(), count, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent < 0)
    return {0, errno};
  outcome out;
  for (int i = 0; i < sent; ++i)
    out.bytes += pieces_[static_cast<std::size_t>(i)].iov_len;
  return out;
}

} // namespace troupe
