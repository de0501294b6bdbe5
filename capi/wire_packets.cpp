// SPDX-License-Identifier: BSD-3-Clause
// Packets of a wire_socket: what sendmmsg(2) and recvmsg(2) are given.
#include "capi/boundary.hpp"
#include "capi/wire_socket.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace troupe::capi {

namespace {

constexpr int send_attempts = 250; ///< when a device's queue is full
constexpr std::chrono::microseconds send_pause{100};

/// Room for one IPV6_PKTINFO.
struct alignas(cmsghdr) packet_info {
  std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo))> bytes{};
};

void choose_interface(msghdr& message, packet_info& room, std::uint32_t index) {
  message.msg_control = room.bytes.data();
  message.msg_controllen = room.bytes.size();
  auto* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_IPV6;
  header->cmsg_type = IPV6_PKTINFO;
  header->cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
  in6_pktinfo info{};
  info.ipi6_ifindex = index;
  std::memcpy(CMSG_DATA(header), &info, sizeof(info));
}

/// The interface that a packet arrived on, and its destination.
std::uint32_t read_info(msghdr& message, in6_addr& to) {
  for (auto* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != IPPROTO_IPV6 || header->cmsg_type != IPV6_PKTINFO)
      continue;
    in6_pktinfo info;
    std::memcpy(&info, CMSG_DATA(header), sizeof(info));
    to = info.ipi6_addr;
    return static_cast<std::uint32_t>(info.ipi6_ifindex);
  }
  return 0;
}

lc_tlv_hash_t tlv_of(const hash& channel) {
  lc_tlv_hash_t tlv{};
  tlv.type = LC_TLV_HASH;
  tlv.len = HASHSIZE;
  std::memcpy(tlv.value, channel.bytes.data(), HASHSIZE);
  return tlv;
}

} // namespace

std::uint64_t room_of(std::span<const iovec> into) {
  std::uint64_t sum = 0;
  for (const auto& each : into)
    sum += each.iov_len;
  return sum;
}

void describe(msghdr& message, const packet_origin& what) {
  message.msg_flags = what.truncated ? MSG_TRUNC : 0;
  message.msg_controllen = 0;
  if (message.msg_name == nullptr || what.is_pair) {
    message.msg_namelen = 0;
    return;
  }
  std::memcpy(message.msg_name, &what.from,
              std::min<std::size_t>(message.msg_namelen, sizeof(what.from)));
  message.msg_namelen = sizeof(what.from);
}

bool wire_socket::push(std::span<mmsghdr> messages, int flags) {
  std::size_t done = 0;
  for (int attempts = 0; done < messages.size();) {
    if (const int error = closed_; error != 0)
      return fail(error, false);
    const int now = ::sendmmsg(fd(), messages.data() + done,
                               static_cast<unsigned>(messages.size() - done),
                               flags | MSG_NOSIGNAL);
    if (now > 0)
      done += static_cast<std::size_t>(now);
    else if (errno != ENOBUFS || ++attempts == send_attempts ||
             !sleep(send_pause))
      return false;
  }
  return true;
}

bool wire_socket::send(const sockaddr_in6& to, const hash& channel,
                       std::span<const packet> packets, int flags) {
  auto address = to;
  auto tlv = tlv_of(channel);
  std::vector<iovec> with_tlv;
  if (is_pair_)
    for (const auto& each : packets) {
      with_tlv.push_back({&tlv, sizeof(tlv)});
      with_tlv.insert(with_tlv.end(), each.pieces.begin(), each.pieces.end());
    }
  std::vector<mmsghdr> messages(packets.size());
  auto* begin = with_tlv.data();
  for (std::size_t i = 0; i < packets.size(); ++i) {
    auto& header = messages[i].msg_hdr;
    header.msg_iov = const_cast<iovec*>(packets[i].pieces.data());
    header.msg_iovlen = packets[i].pieces.size();
    if (is_pair_) {
      header.msg_iov = begin;
      begin += ++header.msg_iovlen;
    } else {
      header.msg_name = &address;
      header.msg_namelen = sizeof(address);
    }
  }
  const auto interfaces = sending_interfaces();
  packet_info room;
  bool worked = false;
  for (const auto index : interfaces) {
    if (interfaces.size() > 1)
      for (auto& each : messages)
        choose_interface(each.msg_hdr, room, index);
    if (push(messages, flags))
      worked = true;
    else if (errno == EINTR || errno == EAGAIN || closed_ != 0)
      return false; // the caller's business, not the interface's
  }
  return worked;
}

ssize_t wire_socket::take(std::span<const iovec> into, int flags,
                          packet_origin& what) {
  lc_tlv_hash_t tlv{};
  std::vector<iovec> with_tlv;
  if (is_pair_) {
    with_tlv.push_back({&tlv, sizeof(tlv)});
    with_tlv.insert(with_tlv.end(), into.begin(), into.end());
  }
  const auto pieces = is_pair_ ? std::span<const iovec>{with_tlv} : into;
  for (;;) {
    std::array<std::byte, 256> control; // room for what setsockopt(2) added
    msghdr message{};
    message.msg_name = &what.from;
    message.msg_namelen = is_pair_ ? 0 : sizeof(what.from);
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto bytes = ::recvmsg(fd(), &message, flags | MSG_DONTWAIT | MSG_TRUNC);
    if (bytes < 0)
      return -1;
    what.is_pair = is_pair_;
    what.truncated = (message.msg_flags & MSG_TRUNC) != 0;
    bool mine = true;
    if (is_pair_) {
      mine = bytes >= static_cast<ssize_t>(sizeof(tlv)) &&
             tlv.type == LC_TLV_HASH && tlv.len == HASHSIZE;
      std::memcpy(what.channel.bytes.data(), tlv.value, HASHSIZE);
      bytes -= static_cast<ssize_t>(sizeof(tlv));
    } else {
      const auto wanted = interface_.load();
      const auto index = read_info(message, what.to);
      mine = wanted == 0 || index == 0 || index == wanted;
    }
    if (mine)
      return bytes;
    if ((flags & MSG_PEEK) != 0) { // it is still there
      std::byte nothing;
      ::recv(fd(), &nothing, 1, MSG_DONTWAIT);
    }
  }
}

int wire_socket::take_many(std::span<mmsghdr> into, int flags) {
  if (is_pair_ || interface_ != 0) { // packets to change, or to pass over
    auto& [header, length] = into.front();
    const std::span<const iovec> pieces{header.msg_iov, header.msg_iovlen};
    packet_origin what;
    const auto bytes = take(pieces, flags, what);
    if (bytes < 0)
      return -1;
    std::uint64_t most = static_cast<std::uint64_t>(bytes);
    if ((flags & MSG_TRUNC) == 0)
      most = std::min(most, room_of(pieces));
    length = static_cast<unsigned>(most);
    describe(header, what);
    return 1;
  }
  for (auto& each : into)
    each.msg_hdr.msg_controllen = 0;
  const int count =
      ::recvmmsg(fd(), into.data(), static_cast<unsigned>(into.size()),
                 flags | MSG_DONTWAIT, nullptr);
  for (int i = 0; i < count; ++i) {
    auto& header = into[static_cast<std::size_t>(i)].msg_hdr;
    header.msg_flags &= MSG_TRUNC;
    if (header.msg_name == nullptr)
      header.msg_namelen = 0;
  }
  return count;
}

} // namespace troupe::capi
