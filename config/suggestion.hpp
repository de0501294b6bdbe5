// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string_view>

namespace troupe::config {

/// The word most like `text`, for "did you mean ...?"; empty if none is like
/// it. Counts letters added, left out, changed, and neighbours exchanged.
std::string_view nearest(std::string_view text,
                         std::span<const std::string_view> words);

} // namespace troupe::config
