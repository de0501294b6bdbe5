// SPDX-License-Identifier: BSD-3-Clause
// What `troupe lab` builds and runs, as a value. docs/lab.md has the format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::lab {

/// Bounds of a topology: beyond them it is refused.
inline constexpr std::size_t max_hosts = 200;
inline constexpr std::size_t max_bridges = 16;
inline constexpr std::size_t max_routers = 16;
inline constexpr std::size_t max_runs = 10'000;
inline constexpr std::uint64_t max_content_bytes = 64ull << 30;

/// The programs that can carry a file from one host to others.
enum class tool { troupe, rsync, uftp, udpcast, tcp, librecast };

inline constexpr tool all_tools[] = {tool::troupe,  tool::rsync,
                                     tool::uftp,    tool::udpcast,
                                     tool::tcp,     tool::librecast};

/// The word that stands for it in a topology.
std::string_view to_string(tool which) noexcept;

/// What a wire does to packets. Zero means that it does nothing.
struct wire {
  double loss_pct = 0;              ///< of the packets that arrive
  std::uint32_t burst_packets = 1;  ///< lost one after the other, on average
  std::uint64_t rate_bits_per_s = 0; ///< of what is sent into it
  std::uint64_t delay_ms = 0;       ///< each way
  std::uint64_t jitter_ms = 0;      ///< so much more or less, evenly
  double reorder_pct = 0;           ///< of the packets do not wait
  double duplicate_pct = 0;         ///< of the packets arrive twice

  /// Whether it is a process of ours (lab/link.hpp) instead of the kernel's.
  bool needs_link() const noexcept;
};

/// A switch. With those that hang on it it is one link (IPv6 subnet).
struct bridge {
  std::string name;
  bool snooping = true; ///< delivers groups to their members only ...
  bool querier = true;  ///< ... if somebody asks for members
  std::string uplink;   ///< the bridge that it hangs on; empty: none
  wire to_uplink;       ///< what its cable upwards does, both ways
};

/// Forwards multicast from a link to others (lab/router.hpp).
struct router {
  std::string name;
  std::string upstream;                ///< bridge
  std::vector<std::string> downstream; ///< bridges without an uplink
  bool pass_joins = true;
};

struct host {
  std::string name;
  std::string group; ///< its name without a number, where it is one of several
  std::string bridge;
  wire cable;
  bool offloads = false;        ///< whether packets may cross 64 KiB at once
  std::uint64_t starts_ms = 0;  ///< a receiver's start, after the others
  std::uint64_t stops_ms = 0;   ///< when a receiver is killed; 0: never
};

/// A file to be made, or with several files a directory.
struct content {
  std::string name;
  std::uint64_t bytes = 0; ///< of each file
  std::uint64_t files = 1;
  std::uint64_t seed = 0; ///< added to that of the topology
};

/// One host shares, others sync, by each of the tools in turn.
struct session {
  std::string name;
  std::vector<tool> tools;
  std::string from;
  std::vector<std::string> to; ///< hosts
  std::string file;
  std::vector<std::string> share_options; ///< of troupe share
  std::vector<std::string> sync_options;  ///< of troupe sync
};

/// What must come true, or `troupe lab run` fails.
struct expectation {
  std::optional<tool> of; ///< nothing: of each tool
  bool identical = true;  ///< receivers that are not stopped have it all
  std::uint64_t within_ms = 0;   ///< of all of them; 0: the deadline is enough
  double sent_per_byte = 0;      ///< bytes on the sharer's wire at most; 0: any
};

/// Each session is run for each pair of these; empty: as the hosts say.
struct matrix {
  std::vector<std::uint32_t> receivers; ///< so many of a session's `to`
  std::vector<double> loss_pct;         ///< at each of them
};

struct topology {
  std::string name;
  std::string title;
  std::uint64_t seed = 1;
  std::uint32_t rounds = 1;
  std::uint64_t deadline_ms = 60'000; ///< of one run
  std::vector<bridge> bridges;
  std::vector<router> routers;
  std::vector<host> hosts;
  std::vector<content> contents;
  std::vector<session> sessions;
  std::vector<expectation> expectations;
  matrix variations;

  const host* find_host(std::string_view called) const;
  const content* find_content(std::string_view called) const;
  /// The link that a bridge belongs to: the number of the bridge on which all
  /// of it hangs, from 0.
  std::size_t link_of(std::string_view bridge) const;
};

/// One transfer of those that a topology asks for.
struct run {
  const session* what = nullptr; ///< of the topology, which outlives it
  tool by = tool::troupe;
  std::uint32_t round = 0;
  std::vector<std::string> receivers;
  std::optional<double> loss_pct; ///< at each receiver, instead of its own
};

/// All runs: rounds outermost and tools innermost, so that what changes on
/// the machine meanwhile meets all tools alike.
std::vector<run> runs_of(const topology& all);

} // namespace troupe::lab
