// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/parameters.hpp"

#include "raptorq/tables.hpp"

#include <algorithm>

namespace troupe::raptorq {

namespace {

bool is_prime(std::uint32_t n) noexcept {
  if (n < 2)
    return false;
  for (std::uint32_t d = 2; d * d <= n; ++d)
    if (n % d == 0)
      return false;
  return true;
}

} // namespace

parameters parameters_of_row(std::uint32_t index) noexcept {
  const systematic_row& row = systematic_table[index];
  parameters out{};
  out.k_prime = row.k_prime;
  out.j = row.j;
  out.s = row.s;
  out.h = row.h;
  out.w = row.w;
  out.l = out.k_prime + out.s + out.h;
  out.p = out.l - out.w;
  out.p1 = out.p;
  while (!is_prime(out.p1))
    ++out.p1;
  out.b = out.w - out.s;
  out.u = out.p - out.h;
  out.index = index;
  return out;
}

std::optional<parameters> parameters_for(std::uint32_t k_symbols) noexcept {
  if (k_symbols == 0 || k_symbols > source_symbols_max)
    return std::nullopt;
  const auto row = std::lower_bound(
      systematic_table.begin(), systematic_table.end(), k_symbols,
      [](const systematic_row& x, std::uint32_t k) { return x.k_prime < k; });
  return parameters_of_row(
      static_cast<std::uint32_t>(row - systematic_table.begin()));
}

} // namespace troupe::raptorq
