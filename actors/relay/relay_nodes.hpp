// SPDX-License-Identifier: BSD-3-Clause
// The two ends of a join relay, as CAF nodes. On a link whose membership
// reports the sharer cannot hear, a relay hears them and tells the sharer;
// data come by the routers. Nobody asks who is speaking and nothing is
// encrypted: for the loopback device and tunnels.
//
//   relay -> sharer   protocol, number, records    four under way at most; an
//                                                  empty one each second
//   sharer -> relay   protocol, number             that one was looked at
#pragma once

#include "actors/relay/relay_inbox.hpp"

#include <chrono>
#include <string>

namespace troupe {

/// Signs of life each way, and after which silence a node is given up.
inline constexpr auto relay_beat = std::chrono::seconds{1};
inline constexpr auto relay_silence = std::chrono::seconds{5};
inline constexpr std::size_t max_relays = 64;

/// Called with a line of text, on any thread.
using relay_line = std::function<void(const std::string&)>;

struct relay_server_options {
  std::string address = "::1"; ///< to listen at
  std::uint16_t port = 0;      ///< TCP; 0: a free one
  std::uint32_t interface_index = 0; ///< where what relays ask for is sent
};

/// The sharer's end: hears relays, and puts what they tell into an inbox. The
/// memberships of a relay that ends, or is silent for 5 s, are left. An
/// actor system of its own, with two threads. Thread-safe.
class relay_server {
public:
  /// Errors: network_error when the port cannot be had.
  static expected<std::unique_ptr<relay_server>>
  open(const relay_server_options& options, std::shared_ptr<relay_inbox> inbox,
       relay_line say);
  ~relay_server(); ///< waits for its actor
  std::uint16_t port() const noexcept;

private:
  struct rep;
  explicit relay_server(std::unique_ptr<rep> r);
  std::unique_ptr<rep> rep_;
};

struct relay_options {
  std::string address = "::1"; ///< of the sharer, or of a tunnel to it
  std::uint16_t port = 0;
  std::uint32_t interface_index = 0; ///< of the link; as send_options has it
};

/// A relay that runs. Dropping it ends it, and waits for that.
class relay {
public:
  /// Connects, and begins to listen. `on_end` is called once, on another
  /// thread, when the sharer is gone: network_error; unsupported when it is of
  /// another version. Errors: network_error, and those of
  /// network::open_reports. Blocks while it connects.
  static expected<std::unique_ptr<relay>>
  open(const relay_options& options, std::shared_ptr<network> net,
       std::function<void(const error&)> on_end);
  ~relay();

private:
  struct rep;
  explicit relay(std::unique_ptr<rep> r);
  std::unique_ptr<rep> rep_;
};

} // namespace troupe
