// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/group_address.hpp"

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace troupe::flood {

/// CLOCK_MONOTONIC.
double now_s();

/// A host that hears every frame on its link and sends any. One thread;
/// ends the process when the system refuses something.
class hostile_host {
public:
  explicit hostile_host(const std::string& device);

  /// Takes in what was sent since the last time: groups, headers, the sharer.
  void listen();

  // Each sends a round of its kind and returns how much that was.
  std::uint64_t send_forged();
  std::uint64_t send_spoofed();
  std::uint64_t send_reports();
  std::uint64_t join_all();
  std::uint64_t churn();

private:
  using bytes = std::vector<std::byte>;

  /// A group in use, and packets for it, made once.
  struct target {
    group_address group;
    bytes header;                 ///< as one was seen, or as guessed
    std::size_t packet_bytes = 0; ///< 0: of many lengths
    bytes packets;                ///< equal ones, to be sent as one
    std::vector<bytes> frames;    ///< the same as from the sharer
    bool is_joined = false;
  };

  void take_frame(std::span<const std::byte> frame, std::size_t whole_bytes);
  target& find_or_add(const group_address& group);
  void guess(target& one);
  void learn(target& one, std::span<const std::byte> payload,
             std::size_t whole_bytes);
  void forge(target& one);
  bytes frame_of(const group_address& to, std::span<const std::byte> payload);
  void send_frames(std::span<const bytes> frames);
  bytes report_frame(std::span<const std::byte> message, const ip6_address&);
  void send_own_report(const std::vector<group_address>& groups, bool wanted);
  bytes random_bytes(std::size_t count);

  int device_ = 0;
  int hearing_ = -1;
  int sending_ = -1; ///< UDP, for superpackets
  int joining_ = -1;
  ip6_address own_;
  ip6_address sharer_;
  std::array<std::byte, 6> sharer_mac_{};
  std::deque<target> targets_;        ///< the latest last
  std::size_t next_ = 0;
  double listened_ = 0;
  std::mt19937_64 random_{20261123};
};

} // namespace troupe::flood
