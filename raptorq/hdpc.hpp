// SPDX-License-Identifier: BSD-3-Clause
/// The HDPC rows of the constraint matrix, seen from the inactive symbols.
#pragma once

#include "raptorq/octet_matrix.hpp"

namespace troupe::raptorq {

struct elimination_plan;

/// The H HDPC rows after every pivot symbol is replaced by its row of
/// plan.mask: H rows of plan.inactive octets, the coefficients of the
/// inactive symbols. Uses code, slot_of_column, mask and hdpc_rows.
octet_matrix hdpc_over_inactive(const elimination_plan& plan);

} // namespace troupe::raptorq
