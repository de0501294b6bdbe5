// SPDX-License-Identifier: BSD-3-Clause
#include "tool/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace troupe::tool {

expected<std::uint64_t> parse_rate(const std::string& text) {
  double number = 0;
  const auto end = text.data() + text.size();
  const auto [rest, ec] = std::from_chars(text.data(), end, number);
  double factor = 1;
  if (rest + 1 == end) {
    switch (*rest) {
    case 'k':
    case 'K':
      factor = 1e3;
      break;
    case 'm':
    case 'M':
      factor = 1e6;
      break;
    case 'g':
    case 'G':
      factor = 1e9;
      break;
    default:
      factor = 0;
    }
  }
  const auto rate = number * factor;
  if (ec != std::errc{} || end - rest > 1 || factor == 0 || number < 0 ||
      !std::isfinite(rate) || rate > 1e15)
    return error{errc::invalid_argument,
                 "'" + text + "' is no rate; write bits per second such as"
                 " 500m or 2.5g, 0 for no limit"};
  return static_cast<std::uint64_t>(rate);
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array units{"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes)
                   : fmt::format("{:.1f} {}", value, units[unit]);
}

} // namespace troupe::tool
