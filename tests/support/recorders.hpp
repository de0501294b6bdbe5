// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/interfaces.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace troupe::test {

/// What a supervisor was told, in place of a supervisor.
struct supervisor_log {
  std::vector<tree_built> trees;
  std::vector<channel_id> arrived;
  std::vector<symbols_arrived> symbols;
  std::vector<channel_id> rejected;
  std::vector<content_rejected::cause> causes; ///< of `rejected`
  std::vector<object_refused> refused;
  std::vector<range_rejected> ranges;
  std::vector<object_verified> objects;
  std::vector<chunk_verified> chunks;
  std::vector<channel_id> written;
  int finished = 0;
  std::vector<error> failures;
};

inline sync_supervisor_actor::behavior_type
recording_supervisor(sync_supervisor_actor::pointer,
                     std::shared_ptr<supervisor_log> log) {
  return {
      [log](const tree_built& x) { log->trees.push_back(x); },
      [](const trees_compared&) {},
      [log](const symbols_arrived& x) {
        log->arrived.push_back(x.channel);
        log->symbols.push_back(x);
      },
      [log](const content_rejected& x) {
        log->rejected.push_back(x.channel);
        log->causes.push_back(x.why);
      },
      [](const answer_due&) {},
      [log](const object_refused& x) { log->refused.push_back(x); },
      [log](const range_rejected& x) { log->ranges.push_back(x); },
      [log](const object_verified& x) { log->objects.push_back(x); },
      [log](const chunk_verified& x) { log->chunks.push_back(x); },
      [log](const chunk_written& x) { log->written.push_back(x.channel); },
      [log](const object_finished&) { ++log->finished; },
      [log](const write_failed& x) { log->failures.push_back(x.failure); },
      [](sync_tick) {},
      [](cancel_sync) {},
  };
}

/// Chunks that reached the writer.
using writer_log = std::vector<verified_chunk>;

inline chunk_writer_actor::behavior_type
recording_writer(chunk_writer_actor::pointer, std::shared_ptr<writer_log> log) {
  return {
      [](const begin_object&) {},
      [log](const verified_chunk& x) { log->push_back(x); },
      [](const finish_object&) {},
  };
}

/// Reports that reached a client.
inline sync_client_actor::behavior_type
recording_client(sync_client_actor::pointer,
                 std::shared_ptr<std::vector<sync_report>> log) {
  return {[log](const sync_report& x) { log->push_back(x); }};
}

/// The first progress of a sync that doubts its key.
inline sync_observer_actor::behavior_type
recording_doubt(sync_observer_actor::pointer,
                std::shared_ptr<std::optional<sync_progress>> first) {
  return {[first](const sync_progress& x) {
    if (x.doubt.code != errc::none && !*first)
      *first = x;
  }};
}

inline share_client_actor::behavior_type
recording_share_client(share_client_actor::pointer,
                       std::shared_ptr<std::vector<share_report>> log) {
  return {[log](const share_report& x) { log->push_back(x); }};
}

/// Bytes that no two seeds or offsets have in common by accident.
inline std::vector<std::byte> pattern(std::size_t size, std::uint64_t seed) {
  std::vector<std::byte> bytes(size);
  auto x = seed * 0x9e3779b97f4a7c15ull + 1;
  for (auto& b : bytes) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    b = static_cast<std::byte>(x >> 32);
  }
  return bytes;
}

} // namespace troupe::test
