// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"
#include "lab/topology.hpp"

#include <filesystem>

namespace troupe::lab {

/// Makes the file or directory `what` in `folder`, the same for the same seed
/// on every machine; no part of it occurs twice. Returns its path. Blocks.
expected<std::filesystem::path> make_content(const std::filesystem::path& folder,
                                             const content& what,
                                             std::uint64_t seed);

/// All of it, in bytes.
std::uint64_t total_bytes(const content& what) noexcept;

/// Whether two files, or two directories with files, have the same content.
/// Blocks.
bool is_same(const std::filesystem::path& a, const std::filesystem::path& b);

} // namespace troupe::lab
