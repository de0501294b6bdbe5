// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/sharing/indexing.hpp"

namespace troupe::tool {

using troupe::index_files;
using troupe::indexed_file;
using troupe::share_name;

} // namespace troupe::tool
