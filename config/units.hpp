// SPDX-License-Identifier: BSD-3-Clause
// Figures as people write them, in options of the command and in session files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::config {

/// Bits per second: a number and k, m or g, powers of 1000, as in "2.5g".
/// Nothing for anything else, and for what does not fit 64 bits.
std::optional<std::uint64_t> parse_bits_per_s(std::string_view text) noexcept;

/// Milliseconds: a number and ms, s, m, h or d; seconds without a unit.
std::optional<std::uint64_t> parse_duration_ms(std::string_view text) noexcept;

/// Bytes: a number and k, m, g or t, powers of 1024, in either case, as rsync
/// has it.
std::optional<std::uint64_t> parse_size_bytes(std::string_view text) noexcept;

/// The shortest text that is read back as the same number.
std::string write_bits_per_s(std::uint64_t bits_per_s);
std::string write_duration_ms(std::uint64_t milliseconds);
std::string write_size_bytes(std::uint64_t bytes);

} // namespace troupe::config
