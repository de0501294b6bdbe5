// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace troupe {

/// From now on the kernel writes no core dump of this process, and lets no
/// other process of the same user look into it (prctl(2), PR_SET_DUMPABLE).
/// For programs that hold keys: their own memory is left out of dumps anyway,
/// but what is made of them is elsewhere, too. False if the kernel refused.
bool keep_out_of_core_dumps() noexcept;

} // namespace troupe
