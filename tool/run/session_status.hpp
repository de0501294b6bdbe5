// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::tool {

/// A share of a running session, in figures. Totals are since the session or,
/// if it began later, the share began.
struct share_status {
  std::string path;
  std::string name;
  std::string state; ///< "indexing", "starting", "sharing", "waiting", "ending"
  std::string error; ///< why it waits; empty: nothing is wrong
  std::string root;  ///< of what is shared now, in hex
  std::uint64_t bytes = 0;
  std::uint64_t rate_bits_per_s = 0; ///< its own; 0: a part of the host's
  std::uint64_t objects_sent = 0;
  std::uint64_t packets_sent = 0;
  std::uint64_t bytes_sent = 0; ///< UDP payload
  std::uint64_t requests = 0;
  std::uint64_t dropped_unknown = 0; ///< requests for what is not shared
  std::uint64_t dropped_changed = 0; ///< chunks whose file had changed
  std::uint64_t dropped_errors = 0;  ///< sends that the system refused
};

/// A sync of a running session. Drops are of packets or chunks, over all its
/// runs; what is `last` is of the last one that completed.
struct sync_status {
  std::string name;
  std::string destination;
  std::string state; ///< "syncing", "running the command", "waiting", "done"
  std::string error; ///< why the last run failed; empty: it did not
  std::uint64_t completed = 0;
  std::uint64_t changed = 0; ///< of them: the destination was another before
  std::uint64_t failed = 0;
  std::uint64_t commands_failed = 0;
  std::uint64_t bytes_wire = 0;
  std::uint64_t dropped_by_kernel = 0; ///< packets, for lack of buffer space
  std::uint64_t dropped_rejected = 0;  ///< chunks that were not what they said
  std::uint64_t dropped_refused = 0;   ///< objects that are not trusted
  std::string last_root;
  std::uint64_t last_bytes = 0;
  std::uint64_t last_chunks_kept = 0;
  std::uint64_t last_chunks_fetched = 0;
  std::uint64_t last_bytes_wire = 0;
  double last_seconds = 0;
};

/// What a session does at the moment.
struct session_status {
  std::string file;
  std::uint64_t process_id = 0;
  std::uint64_t reloads = 0;
  std::uint64_t reloads_refused = 0;
  std::uint64_t rate_bits_per_s = 0; ///< of shares without their own; 0: any
  std::vector<share_status> shares;
  std::vector<sync_status> syncs;
};

/// The content of the status file: an object with "schema_version" 1.
std::string status_json(const session_status& all);

/// The page for Prometheus, in its text format 0.0.4. Metrics begin with
/// "troupe_"; what was dropped has the label "cause".
std::string metrics_page(const session_status& all);

/// A status file's content for people, a line for each share and sync; empty if
/// `text` is no such content.
std::string status_for_people(const std::string& text);

} // namespace troupe::tool
