// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "raptorq/oti.hpp"

#include <cstdint>

namespace troupe::capi {

/// RFC 6330 parameters of an object of that many bytes, as librecast hosts
/// choose them: T = 1024, N = 1, Al = 4, as few blocks as possible. Pure.
raptorq::oti oti_of(std::uint64_t transfer_bytes) noexcept;

} // namespace troupe::capi
