// SPDX-License-Identifier: BSD-3-Clause
#include "config/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace troupe::config {

namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array rate_units{unit{"g", 1'000'000'000}, unit{"m", 1'000'000},
                                unit{"k", 1'000}, unit{"", 1}};
constexpr std::array time_units{
    unit{"d", 86'400'000}, unit{"h", 3'600'000}, unit{"m", 60'000},
    unit{"s", 1'000},      unit{"ms", 1},        unit{"", 1'000}};
constexpr std::array size_units{
    unit{"T", 1ull << 40}, unit{"G", 1ull << 30}, unit{"M", 1ull << 20},
    unit{"K", 1ull << 10}, unit{"t", 1ull << 40}, unit{"g", 1ull << 30},
    unit{"m", 1ull << 20}, unit{"k", 1ull << 10}, unit{"", 1}};

std::optional<std::uint64_t> parse(std::string_view text,
                                   std::span<const unit> units) noexcept {
  double number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, trouble] =
      std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (trouble != std::errc{} || !(number >= 0))
    return std::nullopt;
  const std::string_view name{rest, static_cast<std::size_t>(end - rest)};
  for (const auto& one : units) {
    if (one.name != name)
      continue;
    const auto value = std::round(number * static_cast<double>(one.factor));
    if (!(value < 0x1p63))
      return std::nullopt;
    return static_cast<std::uint64_t>(value);
  }
  return std::nullopt;
}

std::string write(std::uint64_t value, std::span<const unit> units) {
  for (const auto& one : units)
    if (value != 0 && value % one.factor == 0)
      return std::to_string(value / one.factor) + std::string{one.name};
  return "0";
}

} // namespace

std::optional<std::uint64_t> parse_bits_per_s(std::string_view text) noexcept {
  return parse(text, rate_units);
}

std::optional<std::uint64_t> parse_duration_ms(std::string_view text) noexcept {
  return parse(text, time_units);
}

std::optional<std::uint64_t> parse_size_bytes(std::string_view text) noexcept {
  return parse(text, size_units);
}

std::string write_bits_per_s(std::uint64_t bits_per_s) {
  return write(bits_per_s, rate_units);
}

std::string write_duration_ms(std::uint64_t milliseconds) {
  return write(milliseconds, time_units);
}

std::string write_size_bytes(std::uint64_t bytes) {
  return write(bytes, size_units);
}

} // namespace troupe::config
