// SPDX-License-Identifier: BSD-3-Clause
// What a seed stands for: sharers, receivers, what they have, and everything
// that goes wrong. Pure values.
#pragma once

#include "actors/requests.hpp"
#include "transport/sim_net.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::test {

using byte_string = std::vector<std::byte>;

/// What a disk does at its `nth` write (or read), from then on for good.
struct disk_plan {
  enum class fault {
    none,
    no_room,       ///< no_space when the room is reserved
    full,          ///< no_space at a write
    write_error,   ///< io_error at a write
    commit_error,  ///< io_error at the end
    commit_full,   ///< no_space at the end
    read_error,    ///< io_error when the old content is read
  };
  fault what = fault::none;
  std::uint32_t nth = 0;
  std::chrono::nanoseconds delay{0}; ///< of each step of the writer
};

/// One sync: who asks for what, when, over which way, onto which disk.
struct receiver_plan {
  enum class key { none, right, wrong };
  time_point start{0};
  bool is_memory = false; ///< else the destination changes in one step
  bool has_small_buffer = false;
  byte_string old;
  wire_mode wire = wire_mode::automatic;
  key with = key::none;
  std::uint32_t max_groups = 256;
  std::uint32_t max_range_groups = 64;
  std::uint32_t hash_jobs = 1;
  std::chrono::milliseconds timeout{30000};
  std::optional<time_point> cancel_at;
  std::optional<time_point> suspend_at; ///< all its actors stand still
  std::chrono::nanoseconds suspend_for{0};
  disk_plan disk;
  sim_path path;
};

/// Something that happens to the sharer.
struct sharer_event {
  enum class what {
    restart, ///< stops, and comes back with another version after `pause`
    stop,    ///< for good
    change,  ///< its file is written to, and it can see that
    lie,     ///< what it reads is no longer what it hashed; nothing tells
  };
  time_point at{0};
  what happens = what::stop;
  std::size_t version = 0;
  std::chrono::nanoseconds pause{0};
};

/// Somebody who joins groups and never syncs.
struct pest_plan {
  enum class what {
    stopped,   ///< joins the manifest and some ranges once, never leaves
    clinging,  ///< the same with all ranges
    greedy,    ///< leaves and joins all ranges again and again
    repairing, ///< as many other repair groups as a receiver may, for ever
  };
  what habit = what::stopped;
  std::chrono::nanoseconds interval = std::chrono::milliseconds{100};
};

struct scenario {
  std::uint64_t seed = 0;
  hash_type type = hash_type::blake2b;
  std::uint16_t symbol_bytes = 0; ///< of the share; 0: classic only
  bool is_sealed = false;
  std::vector<byte_string> versions; ///< the first is shared first
  std::optional<std::size_t> rival; ///< shared by somebody else all the time
  time_point sharer_start{0};
  std::vector<sharer_event> events;
  std::vector<std::uint64_t> kills; ///< steps before which an actor dies
  std::vector<sim_cut> cuts;
  std::uint64_t link_bits_per_s = 1'000'000'000;
  std::vector<receiver_plan> receivers; ///< in the order of their start
  std::vector<pest_plan> pests; ///< of an object over range channels

  sim_net_options network() const;
};

/// The scenario of `seed`, always the same.
scenario derive_scenario(std::uint64_t seed);

/// For people: one line for each party.
std::string describe(const scenario& plan);

/// Whether the receiver must end with equal content, whatever the dice say:
/// nothing happens to it that retrying does not mend.
bool has_to_succeed(const scenario& plan, const receiver_plan& receiver);

} // namespace troupe::test
