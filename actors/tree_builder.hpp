// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/interfaces.hpp"

namespace troupe {

/// @relates tree_builder
struct tree_builder_state {
  tree_builder_state() = default; // never an aggregate

  sync_supervisor_actor parent;
  job_runner run_jobs;
  std::shared_ptr<tree_build> work;

  static inline const char* name = "troupe.tree-builder";
};

/// Hashes ranges of the old content until none is left; several share one
/// tree_build. Between two ranges it looks into its mailbox, so that it can be
/// stopped. With `run_jobs` the hashing is done there, by one job.
///
/// Sends:  tree_built to `parent`, from whichever builder finishes the last
///         range: one message per tree.
/// Blocks: on reading the source, at most tree_build::range_bytes at a time.
tree_builder_actor::behavior_type
tree_builder(tree_builder_actor::stateful_pointer<tree_builder_state> self,
             sync_supervisor_actor parent, job_runner run_jobs);

} // namespace troupe
