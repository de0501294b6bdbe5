// SPDX-License-Identifier: BSD-3-Clause
// What the library itself needs of q_t beyond librecast/q.h.
#pragma once

#include <librecast/q.h>

#include <cstddef>
#include <functional>

namespace troupe::capi {

/// Takes every pending job f(arg) back for which `mine(arg)` is true: it will
/// be taken by a thread as a job that does nothing. Returns how many. Jobs
/// that a thread took already are not found. Any thread; does not block.
std::size_t withdraw(q_t* q, void* (*f)(void*),
                     const std::function<bool(void*)>& mine);

} // namespace troupe::capi
