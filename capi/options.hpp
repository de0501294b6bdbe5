// SPDX-License-Identifier: BSD-3-Clause
// Arguments that several functions have in common.
#pragma once

#include "actors/requests.hpp"

#include <librecast/sync.h>

namespace troupe::capi {

/// True for nullptr and for a structure of a size that this library knows.
inline bool is_known(const lc_sync_options_t* opt) {
  return opt == nullptr || opt->size == sizeof(*opt);
}

/// Precondition: is_known(opt).
inline void apply(const lc_sync_options_t* opt, sync_request& request) {
  if (opt == nullptr)
    return;
  if (opt->limit_bytes != 0)
    request.limit_bytes = opt->limit_bytes;
  if (opt->timeout_ms != 0)
    request.timeout = std::chrono::milliseconds{opt->timeout_ms};
  if (opt->max_groups != 0)
    request.max_groups = opt->max_groups;
}

/// Adds to a field of lc_stat_t, which several calls may share.
inline void add(std::size_t& field, std::uint64_t amount) {
  __atomic_fetch_add(&field, static_cast<std::size_t>(amount),
                     __ATOMIC_RELAXED);
}

} // namespace troupe::capi
