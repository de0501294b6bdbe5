// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/monitor.hpp"
#include "core/hash.hpp"
#include "transport/unique_fd.hpp"

#include <librecast/types.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::capi {

/// Where a packet came from and went to.
struct packet_origin {
  sockaddr_in6 from{};
  in6_addr to{};          ///< of a packet from the network
  hash channel;           ///< of a packet from a pair
  bool is_pair = false;
  bool truncated = false; ///< it was longer than there was room
};

/// Bytes that pieces have room for.
std::uint64_t room_of(std::span<const iovec> into);

/// Fills in what a caller of recvmsg(2) learns of a packet, but for its bytes.
void describe(msghdr& message, const packet_origin& what);

/// One packet to send: pieces that follow each other, which the caller keeps.
struct packet {
  std::span<const iovec> pieces;
};

/// The kernel's socket behind lc_socket_t: UDP over IPv6, or one end of a
/// pair. Functions return as system calls do: -1 and errno. Those that block
/// are cancellation points, and fail once close() was called. Any thread.
class wire_socket {
public:
  /// A UDP socket that hears only the groups it joins, sends with hop limit
  /// 255, and is not bound to a port yet. nullptr and errno on failure.
  static std::shared_ptr<wire_socket> open(std::uint32_t interface_index);
  /// Two ends of a pair. False and errno on failure.
  static bool open_pair(std::shared_ptr<wire_socket> (&ends)[2]);

  explicit wire_socket(unique_fd fd, unique_fd wake, bool is_pair)
      : fd_(std::move(fd)), wake_(std::move(wake)), is_pair_(is_pair) {}

  int fd() const noexcept { return fd_.get(); }
  bool is_pair() const noexcept { return is_pair_; }
  std::uint32_t number() const noexcept { return number_; }

  /// The interface to send and receive on; 0: all. ENODEV.
  int bind_interface(std::uint32_t index);
  /// Binds to [::]:port, which may be done again with the same port. EINVAL.
  int bind_port(std::uint16_t port);
  /// Joins a group on the interface, or on all that can; leaves it. Fails when
  /// no interface worked.
  int change_membership(bool join, const in6_addr& group);

  /// Sends `count` packets to `to`, on every interface when none was chosen;
  /// packets of a pair carry `channel`. False and errno when not all left on
  /// any interface. Waits as sendmmsg(2), and a little for a full device.
  bool send(const sockaddr_in6& to, const hash& channel,
             std::span<const packet> packets, int flags);

  /// The next packet for the interface, as recvmsg(2); waits for one unless
  /// MSG_DONTWAIT is in flags, the descriptor is non-blocking, or its
  /// SO_RCVTIMEO is over (EAGAIN). Also ends when `stop` becomes readable
  /// (ECANCELED); -1: no such descriptor.
  ssize_t receive(std::span<const iovec> into, int flags, packet_origin& what,
                  int stop = -1);

  /// Fills `into` as recvmmsg(2), but for control messages: waits as receive()
  /// until all are full, `at_most` is over, or with MSG_WAITFORONE the first
  /// is there. Returns how many; an error, and EAGAIN, only instead of none.
  int receive_many(std::span<mmsghdr> into, int flags,
                   std::optional<std::chrono::nanoseconds> at_most);

  /// Sleeps until then; false and errno when the socket was closed.
  bool sleep(std::chrono::nanoseconds duration);

  /// Makes calls that block, and later ones, fail with `error`.
  void close(int error) noexcept;

private:
  ssize_t take(std::span<const iovec> into, int flags, packet_origin& what);
  bool push(std::span<mmsghdr> messages, int flags);
  int take_many(std::span<mmsghdr> into, int flags);
  int wait(int stop,
           std::optional<std::chrono::nanoseconds> at_most = std::nullopt);
  std::vector<std::uint32_t> sending_interfaces();

  const unique_fd fd_;
  const unique_fd wake_; ///< readable once closed
  const bool is_pair_;
  const std::uint32_t number_ = next_number();
  std::atomic<int> closed_{0};
  std::atomic<std::uint32_t> interface_{0};
  monitor lock_; ///< for what follows
  std::uint16_t port_ = 0;
  std::vector<std::uint32_t> outgoing_; ///< when none was chosen
  std::chrono::steady_clock::time_point outgoing_until_{};

  static std::uint32_t next_number() noexcept;
};

} // namespace troupe::capi
