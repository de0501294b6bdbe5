// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/group_address.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe {

// Internal to transport: many datagrams for one system call. Nothing here
// allocates or blocks. One thread an object.

/// A datagram, or a superpacket of several, with what the kernel says of it.
struct received_message {
  std::span<const std::byte> bytes; ///< in the caller's buffer
  ip6_address from;
  ip6_address to;
  std::uint32_t interface_index = 0;
  std::uint32_t segment_bytes = 0; ///< of a superpacket (UDP_GRO), else 0
  int hop_limit = -1;              ///< -1: not asked for
  bool truncated = false;          ///< longer than its slot

  /// Packets in it: the last segment may be shorter.
  std::size_t packets() const noexcept;
};

/// Receives with recvmmsg(2).
class message_reader {
public:
  static constexpr unsigned max_messages = 16;

  /// Reads what is there, at most `slots` (up to max_messages) messages, into
  /// slots of `slot_bytes` from `first` on. Empty with `problem` 0 or the
  /// errno value when nothing was read. Valid until the next call.
  std::span<const received_message> read(int fd, std::byte* first,
                                         std::size_t slot_bytes, unsigned slots,
                                         int& problem) noexcept;

  /// What SO_RXQ_OVFL last said in the messages of this call, else 0.
  std::uint32_t dropped() const noexcept { return dropped_; }

private:
  void read_control(const msghdr& header, received_message& out) noexcept;

  // Packet info, drops, segment size or hop limit: 40 + 24 + 24, rounded up.
  static constexpr std::size_t control_bytes = 128;
  std::array<mmsghdr, max_messages> headers_{};
  std::array<iovec, max_messages> pieces_{};
  std::array<sockaddr_in6, max_messages> sources_{};
  alignas(cmsghdr)
      std::array<std::array<char, control_bytes>, max_messages> control_{};
  std::array<received_message, max_messages> messages_{};
  std::uint32_t dropped_ = 0;
};

/// Sends with sendmmsg(2).
class message_writer {
public:
  static constexpr unsigned max_messages = 64;

  struct outcome {
    std::size_t bytes = 0; ///< handed to the kernel
    int problem = 0;       ///< errno value when that is none
  };

  /// Sends `bytes`, packets of `packet_bytes`, `per_message` of them in each
  /// message (more than one: UDP_SEGMENT), as far as one call goes.
  outcome write(int fd, const sockaddr_in6& to,
                std::span<const std::byte> bytes, std::uint16_t packet_bytes,
                std::size_t per_message) noexcept;

private:
  static constexpr std::size_t control_bytes =
      CMSG_SPACE(sizeof(std::uint16_t));
  std::array<mmsghdr, max_messages> headers_{};
  std::array<iovec, max_messages> pieces_{};
  alignas(cmsghdr) std::array<char, control_bytes> control_{};
};

} // namespace troupe
