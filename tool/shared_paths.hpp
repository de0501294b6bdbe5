// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/sharing/shared_paths.hpp"
#include "tool/indexing.hpp"

namespace troupe::tool {

using troupe::shared_paths;
using troupe::sharing_options;

} // namespace troupe::tool
