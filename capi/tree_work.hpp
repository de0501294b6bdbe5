// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "capi/monitor.hpp"
#include "core/hasher.hpp"
#include "core/tree_build.hpp"

#include <librecast/q.h>

namespace troupe::capi {

/// What this API hashes with: BLAKE3 if this build has it, else BLAKE2b.
hash_type default_hash_type() noexcept;

/// Builds the tree of `input`: with jobs on `queue`, or when that is nullptr
/// with threads that are made here and have ended when this returns. Blocks.
/// Unwinds soon if the thread is cancelled, with nothing left running.
/// Errors: those of tree_build::finish().
expected<merkle_tree> build_tree(hash_type type,
                                 std::shared_ptr<const source> input,
                                 q_t* queue, const no_cancel& guard);

} // namespace troupe::capi
