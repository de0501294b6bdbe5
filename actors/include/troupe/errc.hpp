// SPDX-License-Identifier: BSD-3-Clause
// In the source tree only: what is installed by this name is core/errc.hpp.
#pragma once

#include "core/errc.hpp"
