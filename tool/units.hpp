// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

#include <cstdint>
#include <string>

namespace troupe::tool {

/// Bits per second: a number and an optional k, m or g (powers of 1000).
/// Errors: invalid_argument, naming the text and what is expected.
expected<std::uint64_t> parse_rate(const std::string& text);

/// Bits per second of what rsync's --bwlimit takes: bytes per second, a number
/// of KiB, or with a unit of parse_size(); 0 for no limit. Errors:
/// invalid_argument.
expected<std::uint64_t> parse_bwlimit(const std::string& text);

/// Seconds: a number with s, m, h, d or w for seconds to weeks, all of it
/// positive and whole. Errors: invalid_argument.
expected<std::int64_t> parse_duration(const std::string& text);

/// Seconds since 1970 of YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, in UTC. Errors:
/// invalid_argument, also for a day that does not exist.
expected<std::int64_t> parse_date(const std::string& text);

/// Bytes: a number and an optional K, M, G, T or P (powers of 1024; KB and MB:
/// of 1000, KiB and MiB as K and M), as rsync has it. Errors: invalid_argument,
/// naming the text and what is expected.
expected<std::uint64_t> parse_size(const std::string& text);

/// 1.2 kB, 3.4 MB, 5.6 GB: three digits or so.
std::string human_bytes(std::uint64_t bytes);

} // namespace troupe::tool
