// SPDX-License-Identifier: BSD-3-Clause
#include "tool/units.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <string_view>

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

expected<std::uint64_t> parse_bwlimit(const std::string& text) {
  if (text == "0")
    return std::uint64_t{0};
  const bool has_unit =
      !text.empty() && std::isalpha(static_cast<unsigned char>(text.back()));
  const auto bytes = parse_size(has_unit ? text : text + "K");
  if (!bytes || *bytes > std::uint64_t{1} << 50)
    return error{errc::invalid_argument,
                 "'" + text + "' is no rate; write KiB per second, or bytes"
                 " per second with a unit such as 1.5M, 0 for no limit"};
  return *bytes * 8;
}

expected<std::int64_t> parse_duration(const std::string& text) {
  std::int64_t number = 0;
  const auto end = text.data() + text.size();
  const auto [rest, ec] = std::from_chars(text.data(), end, number);
  std::int64_t unit = 0;
  if (rest + 1 == end)
    unit = *rest == 's'   ? 1
           : *rest == 'm' ? 60
           : *rest == 'h' ? 3600
           : *rest == 'd' ? 86400
           : *rest == 'w' ? 7 * 86400
                          : 0;
  constexpr std::int64_t longest_s = std::int64_t{1000} * 366 * 86400;
  if (ec != std::errc{} || unit == 0 || number <= 0 ||
      number > longest_s / unit)
    return error{errc::invalid_argument,
                 "'" + text + "' is no time; write a number and s, m, h, d or"
                 " w, such as 12h or 7d"};
  return number * unit;
}

expected<std::int64_t> parse_date(const std::string& text) {
  const error wrong{errc::invalid_argument,
                    "'" + text + "' is no date; write YYYY-MM-DD or"
                    " YYYY-MM-DDThh:mm:ssZ, in UTC"};
  constexpr std::string_view form = "0000-00-00T00:00:00Z";
  if (text.size() != 10 && text.size() != form.size())
    return wrong;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
      return wrong;
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    if (at < text.size())
      std::from_chars(text.data() + at, text.data() + at + digits, value);
    return value;
  };
  using namespace std::chrono;
  const year_month_day day{year{number(0, 4)},
                           month{static_cast<unsigned>(number(5, 2))},
                           std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  const auto hour = number(11, 2), minute = number(14, 2),
             second = number(17, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 59)
    return wrong;
  return duration_cast<seconds>(sys_days{day}.time_since_epoch()).count() +
         hour * 3600 + minute * 60 + second;
}

expected<std::uint64_t> parse_size(const std::string& text) {
  const auto wrong = error{errc::invalid_argument,
                           "'" + text + "' is no size; write bytes such as"
                           " 500M, 1.5GiB or 2GB"};
  double number = 0;
  const auto end = text.data() + text.size();
  const auto [rest, ec] = std::from_chars(text.data(), end, number);
  std::string unit{rest, end};
  for (auto& letter : unit)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  double base = 1024;
  if (unit.size() == 2 && unit[1] == 'b')
    base = 1000;
  else if (unit.size() > 1 && unit.substr(1) != "ib")
    return wrong;
  constexpr std::string_view letters = "kmgtp";
  const auto power =
      unit.empty() || unit == "b" ? 0 : letters.find(unit[0]) + 1;
  if (ec != std::errc{} || (power == 0 && !unit.empty() && unit != "b"))
    return wrong;
  const auto size = number * std::pow(base, static_cast<double>(power));
  if (!(size >= 1) || size > 1e18)
    return wrong;
  return static_cast<std::uint64_t>(size);
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
