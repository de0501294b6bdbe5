// SPDX-License-Identifier: BSD-3-Clause
#include "tests/netns/flood_link.hpp"

#include "core/channel_key.hpp"
#include "core/range_index.hpp"
#include "transport/interfaces_linux.hpp"
#include "transport/mld.hpp"
#include "transport/packet.hpp"
#include "transport/range_packet.hpp"
#include "transport/socket_linux.hpp"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace troupe::flood {

namespace {

constexpr std::size_t most_targets = 64;
constexpr std::size_t packets_each = 46; ///< of one target in one round
constexpr std::size_t most_segments = 64; ///< of one superpacket
constexpr std::size_t targets_each = 16; ///< in one round
constexpr std::size_t ip_offset = 14;
constexpr std::size_t ip_bytes = 40;
constexpr std::size_t udp_bytes = 8;
constexpr std::size_t seen_bytes = 256; ///< of each frame
constexpr std::uint32_t range_bytes = 1 << 20;
constexpr double listening_pause_s = 0.001;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

void put_word(std::span<std::byte> to, std::size_t at, std::size_t value) {
  to[at] = static_cast<std::byte>(value >> 8 & 255);
  to[at + 1] = static_cast<std::byte>(value & 255);
}

ip6_address address_at(std::span<const std::byte> from, std::size_t at) {
  ip6_address address;
  std::memcpy(address.bytes.data(), from.data() + at, 16);
  return address;
}

/// RFC 8200 8.1: over the pseudo header and the payload.
std::uint16_t checksum(const ip6_address& from, const ip6_address& to,
                       std::uint8_t protocol,
                       std::span<const std::byte> payload) {
  std::uint32_t sum = static_cast<std::uint32_t>(payload.size()) + protocol;
  const auto add = [&](std::span<const std::byte> part) {
    for (std::size_t i = 0; i < part.size(); ++i)
      sum += std::to_integer<std::uint32_t>(part[i]) << (i % 2 ? 0 : 8);
  };
  add(std::as_bytes(std::span{from.bytes}));
  add(std::as_bytes(std::span{to.bytes}));
  add(payload);
  while (sum >> 16)
    sum = (sum & 0xffff) + (sum >> 16);
  const auto result = static_cast<std::uint16_t>(~sum);
  return result == 0 ? 0xffff : result;
}

int raw_socket(int device, std::uint16_t protocol) {
  const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK,
                          htons(protocol));
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_protocol = htons(protocol);
  here.sll_ifindex = device;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&here), sizeof(here)))
    give_up("a packet socket");
  packet_mreq all{};
  all.mr_ifindex = device;
  all.mr_type = PACKET_MR_PROMISC;
  if (::setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)))
    give_up("promiscuous mode");
  return fd;
}

} // namespace

double now_s() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

hostile_host::hostile_host(const std::string& device) {
  device_ = static_cast<int>(::if_nametoindex(device.c_str()));
  hearing_ = raw_socket(device_, ETH_P_IPV6);
  auto sender = open_send_socket(static_cast<std::uint32_t>(device_), false);
  if (!sender)
    give_up("a UDP socket");
  sending_ = sender->release();
  joining_ = ::socket(AF_INET6, SOCK_DGRAM, 0);
  for (const auto& each : list_interfaces())
    if (each.index == static_cast<std::uint32_t>(device_))
      for (const auto& address : each.addresses)
        if (address.bytes[0] == 0xfe)
          own_ = address;
}

hostile_host::bytes hostile_host::random_bytes(std::size_t count) {
  bytes made(count);
  for (auto& each : made)
    each = static_cast<std::byte>(random_());
  return made;
}

// -- hearing ------------------------------------------------------------------

void hostile_host::listen() {
  if (const double now = now_s(); now - listened_ < listening_pause_s)
    return;
  else
    listened_ = now;
  std::array<std::byte, seen_bytes> frame;
  for (int most = 0; most < 256; ++most) {
    sockaddr_ll from{};
    socklen_t length = sizeof(from);
    const auto whole =
        ::recvfrom(hearing_, frame.data(), frame.size(), MSG_TRUNC,
                   reinterpret_cast<sockaddr*>(&from), &length);
    if (whole < 0)
      return;
    if (from.sll_pkttype != PACKET_OUTGOING)
      take_frame(std::span{frame}.first(std::min<std::size_t>(
                     static_cast<std::size_t>(whole), frame.size())),
                 static_cast<std::size_t>(whole));
  }
}

void hostile_host::take_frame(std::span<const std::byte> frame,
                      std::size_t whole_bytes) {
  if (frame.size() < ip_offset + ip_bytes + udp_bytes)
    return;
  const auto ip = frame.subspan(ip_offset);
  const auto protocol = std::to_integer<std::uint8_t>(ip[6]);
  const auto from = address_at(ip, 8);
  if (protocol == IPPROTO_HOPOPTS) { // reports
    std::vector<group_change> changes;
    parse_report(ip.subspan(ip_bytes + 8), from, 0, changes);
    for (const auto& each : changes)
      if (each.change == membership::wanted)
        guess(find_or_add(each.group));
  } else if (protocol == IPPROTO_UDP) {
    const auto to = address_at(ip, 24);
    if (!to.is_multicast() || to.bytes[1] == 2)
      return;
    sharer_ = from;
    std::copy_n(frame.begin() + 6, 6, sharer_mac_.begin());
    const auto before = ip_offset + ip_bytes + udp_bytes;
    learn(find_or_add(to), frame.subspan(before), whole_bytes - before);
  }
}

hostile_host::target& hostile_host::find_or_add(const group_address& group) {
  const auto found =
      std::find_if(targets_.begin(), targets_.end(),
                   [&](const auto& each) { return each.group == group; });
  if (found != targets_.end())
    return *found;
  if (targets_.size() == most_targets)
    targets_.pop_front();
  targets_.emplace_back();
  targets_.back().group = group;
  return targets_.back();
}

/// Before anything was sent: the symbols of a range, under its tag.
void hostile_host::guess(target& one) {
  if (!one.header.empty())
    return;
  const auto name = read_channel_key(
      random_() % 2 ? channel_kind::data : channel_kind::repair,
      group_key(one.group));
  hash node;
  std::copy(name.node.begin(), name.node.end(), node.bytes.begin());
  one.header.resize(range_header_bytes);
  write_range_header(std::span{one.header}.first<range_header_bytes>(),
                     {.tag = range_tag(node), .block_bytes = range_bytes});
  one.packet_bytes = range_header_bytes + default_range_symbol_bytes;
  forge(one);
}

void hostile_host::learn(target& one, std::span<const std::byte> payload,
                 std::size_t whole_bytes) {
  const bool is_classic = whole_bytes % object_packet_bytes == 0 ||
                          whole_bytes % chunk_packet_bytes == 0;
  if (payload.size() < object_header_bytes ||
      (!is_classic && !parse_range_packet(payload)))
    return;
  const auto header =
      !is_classic                              ? range_header_bytes
      : whole_bytes % object_packet_bytes == 0 ? object_header_bytes
                                               : chunk_header_bytes;
  const bytes seen(payload.begin(),
                   payload.begin() + static_cast<std::ptrdiff_t>(header));
  if (one.header.size() == seen.size() && is_classic)
    return;
  if (!is_classic && std::equal(seen.begin() + 4, seen.begin() + 12,
                                one.header.begin() + 4,
                                one.header.begin() +
                                    static_cast<std::ptrdiff_t>(std::min(
                                        one.header.size(), std::size_t{12}))))
    return; // a new symbol of what is known
  one.header = seen;
  one.packet_bytes = header + (is_classic ? classic_symbol_bytes
                                          : default_range_symbol_bytes);
  forge(one);
}

// -- forging ------------------------------------------------------------------

void hostile_host::forge(target& one) {
  one.packets.clear();
  one.frames.clear();
  for (std::size_t i = 0; i < packets_each; ++i) {
    auto packet = random_bytes(one.packet_bytes);
    std::copy(one.header.begin(), one.header.end(), packet.begin());
    // The last two octets before the symbol are the low ones of its number.
    put_word(packet, one.header.size() - 2, random_() % 800);
    one.packets.insert(one.packets.end(), packet.begin(), packet.end());
  }
}

std::uint64_t hostile_host::send_forged() {
  if (targets_.empty())
    return 0;
  std::uint64_t sent = 0;
  for (std::size_t i = 0; i < targets_each; ++i) {
    auto& one = targets_[targets_.size() - 1 - next_++ % targets_.size()];
    if (one.packets.empty())
      continue;
    auto packet_bytes = static_cast<std::uint16_t>(one.packet_bytes);
    if (random_() % 4 == 0) // of another length, and so of random octets
      packet_bytes = static_cast<std::uint16_t>(20 + random_() % 1000);
    const auto whole = std::min(one.packets.size() / packet_bytes,
                                most_segments) * packet_bytes;
    auto to = to_sockaddr(one.group, channel_port,
                          static_cast<std::uint32_t>(device_));
    std::array<std::byte, CMSG_SPACE(sizeof(packet_bytes))> control{};
    iovec piece{one.packets.data(), whole};
    msghdr message{};
    message.msg_name = &to;
    message.msg_namelen = sizeof(to);
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = IPPROTO_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof(packet_bytes));
    std::memcpy(CMSG_DATA(c), &packet_bytes, sizeof(packet_bytes));
    if (::sendmsg(sending_, &message, MSG_NOSIGNAL) > 0)
      sent += whole / packet_bytes;
  }
  return sent;
}

hostile_host::bytes hostile_host::frame_of(const group_address& to,
                           std::span<const std::byte> payload) {
  bytes frame(ip_offset + ip_bytes + udp_bytes + payload.size());
  const auto udp = std::span{frame}.subspan(ip_offset + ip_bytes);
  put_word(udp, 0, channel_port);
  put_word(udp, 2, channel_port);
  put_word(udp, 4, udp.size());
  std::copy(payload.begin(), payload.end(), udp.begin() + udp_bytes);
  put_word(udp, 6, checksum(sharer_, to, IPPROTO_UDP, udp));
  frame[0] = frame[1] = std::byte{0x33};
  std::memcpy(&frame[2], to.bytes.data() + 12, 4);
  std::copy(sharer_mac_.begin(), sharer_mac_.end(), frame.begin() + 6);
  put_word(frame, 12, ETH_P_IPV6);
  const auto ip = std::span{frame}.subspan(ip_offset);
  ip[0] = std::byte{0x60};
  put_word(ip, 4, udp.size());
  ip[6] = std::byte{IPPROTO_UDP};
  ip[7] = std::byte{255};
  std::memcpy(&ip[8], sharer_.bytes.data(), 16);
  std::memcpy(&ip[24], to.bytes.data(), 16);
  return frame;
}

void hostile_host::send_frames(std::span<const bytes> frames) {
  std::array<mmsghdr, packets_each> messages{};
  std::array<iovec, packets_each> pieces{};
  const auto count = std::min(frames.size(), packets_each);
  for (std::size_t i = 0; i < count; ++i) {
    pieces[i] = {const_cast<std::byte*>(frames[i].data()), frames[i].size()};
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  ::sendmmsg(hearing_, messages.data(), static_cast<unsigned>(count), 0);
}

std::uint64_t hostile_host::send_spoofed() {
  if (sharer_ == ip6_address{})
    return 0;
  std::uint64_t sent = 0;
  for (std::size_t i = 0; i < targets_each && !targets_.empty(); ++i) {
    auto& one = targets_[targets_.size() - 1 - next_++ % targets_.size()];
    if (one.packets.empty())
      continue;
    if (one.frames.empty())
      for (std::size_t at = 0; at < one.packets.size();
           at += one.packet_bytes)
        one.frames.push_back(frame_of(
            one.group, std::span{one.packets}.subspan(at, one.packet_bytes)));
    send_frames(one.frames);
    sent += one.frames.size();
  }
  return sent;
}

// -- reports ------------------------------------------------------------------

hostile_host::bytes hostile_host::report_frame(std::span<const std::byte> message,
                               const ip6_address& from) {
  const auto to = all_mld_routers();
  constexpr std::size_t options_bytes = 8;
  bytes frame(ip_offset + ip_bytes + options_bytes + message.size());
  const auto icmp =
      std::span{frame}.subspan(ip_offset + ip_bytes + options_bytes);
  std::copy(message.begin(), message.end(), icmp.begin());
  put_word(icmp, 2, checksum(from, to, IPPROTO_ICMPV6, icmp));
  frame[0] = frame[1] = std::byte{0x33};
  std::memcpy(&frame[2], to.bytes.data() + 12, 4);
  std::memcpy(&frame[6], from.bytes.data() + 10, 6);
  frame[6] = std::byte{2};
  put_word(frame, 12, ETH_P_IPV6);
  const auto ip = std::span{frame}.subspan(ip_offset);
  ip[0] = std::byte{0x60};
  put_word(ip, 4, options_bytes + icmp.size());
  ip[6] = std::byte{IPPROTO_HOPOPTS};
  ip[7] = std::byte{1};
  std::memcpy(&ip[8], from.bytes.data(), 16);
  std::memcpy(&ip[24], to.bytes.data(), 16);
  constexpr std::array<int, options_bytes> router_alert{IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1,
                                            0};
  for (std::size_t i = 0; i < router_alert.size(); ++i)
    ip[ip_bytes + i] = static_cast<std::byte>(router_alert[i]);
  return frame;
}

std::uint64_t hostile_host::send_reports() {
  std::vector<bytes> frames;
  std::uint64_t records = 0;
  for (std::size_t i = 0; i < packets_each; ++i) {
    std::vector<group_change> changes;
    for (std::size_t n = 0; n < max_report_records; ++n) {
      group_change one;
      const auto random = random_bytes(16);
      std::memcpy(one.group.bytes.data(), random.data(), 16);
      one.group.bytes[0] = 0xff;
      one.group.bytes[1] = default_group_flags;
      if (!targets_.empty() && n % 2 == 0)
        one.group = targets_[random_() % targets_.size()].group;
      one.change = n % 4 == 0 ? membership::done : membership::wanted;
      changes.push_back(one);
    }
    ip6_address from{{0xfe, 0x80}};
    const auto random = random_bytes(8);
    std::memcpy(from.bytes.data() + 8, random.data(), 8);
    frames.push_back(report_frame(make_report(changes), from));
    records += changes.size();
  }
  send_frames(frames);
  return records;
}

void hostile_host::send_own_report(const std::vector<group_address>& groups,
                           bool wanted) {
  std::vector<bytes> frames;
  for (std::size_t at = 0; at < groups.size(); at += max_report_records) {
    std::vector<group_change> changes;
    const auto end = std::min(groups.size(), at + max_report_records);
    for (std::size_t i = at; i < end; ++i)
      changes.push_back({groups[i], {}, 0,
                         wanted ? membership::wanted : membership::done});
    frames.push_back(report_frame(make_report(changes), own_));
  }
  send_frames(frames);
}

std::uint64_t hostile_host::join_all() {
  std::uint64_t joined = 0;
  for (auto& each : targets_)
    if (!std::exchange(each.is_joined, true))
      joined += change_membership(joining_, true, each.group,
                                  static_cast<std::uint32_t>(device_)) == 0;
  ::usleep(1000);
  return joined;
}

std::uint64_t hostile_host::churn() {
  std::vector<group_address> groups;
  for (const auto& each : targets_)
    groups.push_back(each.group);
  send_own_report(groups, false);
  send_own_report(groups, true);
  ::usleep(1000);
  return 2 * groups.size();
}

} // namespace troupe::flood
