// SPDX-License-Identifier: BSD-3-Clause
// What a coordinator and its agents tell each other: control, never file data.
//
// Each message between nodes is a word and JSON text, behind the number of this
// protocol. So an agent of another version is told so, instead of being sent
// what it cannot read, and CAF needs to know no types of ours.
//
//   agent -> coordinator   enlist {name}            again until it is answered
//   coordinator -> agent   welcome {}
//   both ways              beat {}                  every second
//   coordinator -> agent   plan {id, seed, deadline_ms, file, tasks}
//   agent -> coordinator   ready {id}               its sharers share
//   coordinator -> agent   go {id}                  the clock runs
//   agent -> coordinator   done {id, results}       its receivers are through
//   coordinator -> agent   stop {id}                nobody needs its sharers
//   agent -> coordinator   over {id, results}       of the sharers
//   coordinator -> agent   end {reason}             no more plans
#pragma once

#include "core/errc.hpp"
#include "lab/topology.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace troupe::lab {

inline constexpr std::uint32_t node_protocol = 1;

/// Between two signs of life, and after which silence a node is given up.
inline constexpr auto beat_interval = std::chrono::seconds{1};
inline constexpr auto longest_silence = std::chrono::milliseconds{2500};

/// What a plan makes one of an agent's hosts do.
struct task {
  std::string host;
  bool is_sharer = false;
  std::uint64_t starts_ms = 0;
};

/// One run, as an agent gets it. It makes the file itself, from the seed, to
/// share it or to compare what came.
struct plan {
  std::uint64_t id = 0;
  std::uint64_t seed = 0;
  std::uint64_t deadline_ms = 0; ///< after `go`
  content file;
  std::vector<std::string> share_options;
  std::vector<std::string> sync_options;
  std::vector<task> tasks;
};

/// How one task ended.
struct task_result {
  std::string host;
  bool is_sharer = false;
  bool is_identical = false;
  int status = 0;
  double started_s = 0; ///< after `go`
  double ended_s = 0;
  double cpu_s = 0;
  std::uint64_t peak_bytes = 0;
  std::string last_words;
};

nlohmann::json json_of(const plan& what);
nlohmann::json json_of(const task_result& what);

/// What came from another node is checked before it is believed: names that
/// are no file names, sizes beyond the bounds of a topology, options that are
/// none of troupe's. Errors: invalid_argument.
expected<plan> read_plan(const nlohmann::json& from);
expected<task_result> read_result(const nlohmann::json& from);

} // namespace troupe::lab
