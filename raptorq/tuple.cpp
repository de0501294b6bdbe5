// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/tuple.hpp"

#include "raptorq/tables.hpp"

#include <algorithm>

namespace troupe::raptorq {

namespace {

// Rand[] before the reduction, so that one look-up can serve two moduli.
std::uint32_t mix(std::uint32_t y, std::uint32_t i) noexcept {
  return random_table[0][(y + i) & 0xff] ^
         random_table[1][((y >> 8) + i) & 0xff] ^
         random_table[2][((y >> 16) + i) & 0xff] ^
         random_table[3][((y >> 24) + i) & 0xff];
}

} // namespace

std::uint32_t rand_number(std::uint32_t y, std::uint8_t i,
                          std::uint32_t m) noexcept {
  return mix(y, i) % m;
}

std::uint32_t degree(std::uint32_t v, std::uint32_t w) noexcept {
  std::uint32_t d = 1;
  while (d < degree_max && v >= degree_table[d])
    ++d;
  return std::min(d, w - 2);
}

tuple tuple_for(const parameters& code, std::uint32_t isi) noexcept {
  // A is odd, so that X -> B + X * A is a permutation of 32-bit numbers.
  const std::uint32_t a = (53591 + code.j * 997) | 1;
  const std::uint32_t b = 10267 * (code.j + 1);
  const std::uint32_t y = b + isi * a;
  tuple out{};
  out.d = degree(mix(y, 0) & 0xfffff, code.w);
  out.a = 1 + mix(y, 1) % (code.w - 1);
  out.b = mix(y, 2) % code.w;
  out.d1 = out.d < 4 ? 2 + (mix(isi, 3) & 1) : 2;
  out.a1 = 1 + mix(isi, 4) % (code.p1 - 1);
  out.b1 = mix(isi, 5) % code.p1;
  return out;
}

lt_row lt_row_for(const parameters& code, std::uint32_t isi) noexcept {
  const tuple t = tuple_for(code, isi);
  lt_row row;
  row.lt_count = t.d;
  row.pi_count = t.d1;
  std::uint32_t column = t.b;
  for (std::uint32_t n = 0; n < t.d; ++n) {
    row.lt[n] = static_cast<std::uint16_t>(column);
    column += t.a;
    if (column >= code.w)
      column -= code.w;
  }
  std::uint32_t pi = t.b1;
  for (std::uint32_t n = 0; n < t.d1; ++n) {
    while (pi >= code.p) {
      pi += t.a1;
      if (pi >= code.p1)
        pi -= code.p1;
    }
    row.pi[n] = static_cast<std::uint16_t>(pi);
    pi += t.a1;
    if (pi >= code.p1)
      pi -= code.p1;
  }
  return row;
}

} // namespace troupe::raptorq
