// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <exception>

namespace troupe {

/// Turns an exception that leaves a handler into the end of the actor, which
/// whoever watches it is told of. CAF's own way prints to standard error first,
/// and a library must not print.
template <class Self>
void die_quietly(Self* self) {
  self->set_exception_handler(
      [](std::exception_ptr&) -> caf::error { return caf::sec::runtime_error; });
}

} // namespace troupe
