// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/network.hpp"

#include <map>
#include <memory>
#include <mutex>

namespace troupe {

/// The sockets of one share, opened before the process gives up the privileges
/// that this takes: CAP_NET_RAW for the ear, CAP_NET_ADMIN, where it is there,
/// for buffers beyond the system's limits. Any thread. What is not taken is
/// closed at the end.
class share_sockets {
public:
  /// Errors: no_permission without CAP_NET_RAW, no_device, network_error.
  static expected<std::shared_ptr<share_sockets>>
  open(const send_options& options);

  share_sockets() = default;
  share_sockets(const share_sockets&) = delete;
  share_sockets& operator=(const share_sockets&) = delete;
  ~share_sockets();

  /// The raw ICMPv6 socket, and the UDP socket of an interface: for the caller
  /// to own. -1 when they were taken before, or are not among these.
  int take_report() noexcept;
  int take_sender(std::uint32_t interface_index) noexcept;

private:
  std::mutex lock_;
  int report_ = -1;
  std::map<std::uint32_t, int> senders_; ///< by interface
};

} // namespace troupe
