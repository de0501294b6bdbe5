// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "tool/doctor/facts.hpp"

namespace troupe::doctor {

/// Fills in interfaces, with what is known of their link-local addresses, and
/// bridges, from rtnetlink(7): it speaks of the network namespace of the caller
/// where /sys may speak of another.
void read_links(facts& all);

} // namespace troupe::doctor
