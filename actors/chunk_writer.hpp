// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/interfaces.hpp"

namespace troupe {

/// @relates chunk_writer
struct chunk_writer_state {
  chunk_writer_state() = default; // never an aggregate

  std::shared_ptr<sink> out;
  sync_supervisor_actor parent;
  bool failed = false;

  static inline const char* name = "troupe.chunk-writer";
};

/// The last stage of the receive ring: verified bytes in, durable object out.
/// The only actor that touches the destination, so writes need no locks.
///
/// Sends:  chunk_written to `parent`, one per verified_chunk; object_finished
///         once; or write_failed once, after which it ignores everything:
///         the object on disk is the checkpoint, and nothing is retried here.
/// Blocks: yes (pwrite, fsync). Spawn with caf::detached outside tests.
chunk_writer_actor::behavior_type
chunk_writer(chunk_writer_actor::stateful_pointer<chunk_writer_state> self,
             std::shared_ptr<sink> out, sync_supervisor_actor parent);

} // namespace troupe
