// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// Marks what programs that are built against an installed Troupe may call.
#define TROUPE_PUBLIC __attribute__((visibility("default")))
