// SPDX-License-Identifier: BSD-3-Clause
#include "tests/raptorq/reference_codec.hpp"

#include "raptorq/tables.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace troupe::raptorq::test {

namespace {

using octets = reference_codec::octets;

// Shift and reduce; no tables.
std::uint8_t times(unsigned a, unsigned b) {
  unsigned out = 0;
  for (; b != 0; b >>= 1) {
    if ((b & 1) != 0)
      out ^= a;
    a <<= 1;
    if ((a & 0x100) != 0)
      a ^= 0x11d;
  }
  return static_cast<std::uint8_t>(out);
}

std::uint8_t power_of_two(unsigned n) {
  std::uint8_t out = 1;
  while (n-- > 0)
    out = times(out, 2);
  return out;
}

// All products of one factor; a table only to save time.
const std::uint8_t* products_of(std::uint8_t factor) {
  static const std::vector<octets> all = [] {
    std::vector<octets> out(256, octets(256));
    for (unsigned a = 0; a < 256; ++a)
      for (unsigned b = 0; b < 256; ++b)
        out[a][b] = times(a, b);
    return out;
  }();
  return all[factor].data();
}

void add_times(octets& out, const octets& in, std::uint8_t factor) {
  const std::uint8_t* product = products_of(factor);
  for (std::size_t n = 0; n < out.size(); ++n)
    out[n] = static_cast<std::uint8_t>(out[n] ^
                                       (factor == 1 ? in[n] : product[in[n]]));
}

} // namespace

reference_codec::reference_codec(std::uint32_t k) {
  for (const systematic_row& row : systematic_table)
    if (row.k_prime >= k) {
      k_prime_ = row.k_prime;
      j_ = row.j;
      s_ = row.s;
      h_ = row.h;
      w_ = row.w;
      return;
    }
  throw std::out_of_range("K");
}

std::uint32_t reference_codec::rand(std::uint64_t y, std::uint32_t i,
                                    std::uint32_t m) const {
  const std::uint64_t x0 = (y + i) % 256;
  const std::uint64_t x1 = (y / 256 + i) % 256;
  const std::uint64_t x2 = (y / 65536 + i) % 256;
  const std::uint64_t x3 = (y / 16777216 + i) % 256;
  return (random_table[0][x0] ^ random_table[1][x1] ^ random_table[2][x2] ^
          random_table[3][x3]) %
         m;
}

octets reference_codec::lt_row(std::uint32_t isi) const {
  const std::uint32_t p = l() - w_;
  std::uint32_t p1 = p;
  const auto composite = [](std::uint32_t n) {
    for (std::uint32_t d = 2; d < n; ++d)
      if (n % d == 0)
        return true;
    return false;
  };
  while (composite(p1))
    ++p1;
  std::uint64_t a_odd = 53591 + std::uint64_t{j_} * 997;
  if (a_odd % 2 == 0)
    ++a_odd;
  const std::uint64_t b_start = 10267 * (std::uint64_t{j_} + 1);
  const std::uint64_t y = (b_start + isi * a_odd) % 4294967296U;
  const std::uint32_t v = rand(y, 0, 1U << 20);
  std::uint32_t d = 0;
  while (v >= degree_table[d])
    ++d;
  d = std::min(d, w_ - 2);
  const std::uint32_t a = 1 + rand(y, 1, w_ - 1);
  std::uint32_t b = rand(y, 2, w_);
  const std::uint32_t d1 = d < 4 ? 2 + rand(isi, 3, 2) : 2;
  const std::uint32_t a1 = 1 + rand(isi, 4, p1 - 1);
  std::uint32_t b1 = rand(isi, 5, p1);
  octets out(l());
  out[b] ^= 1;
  for (std::uint32_t n = 1; n < d; ++n) {
    b = (b + a) % w_;
    out[b] ^= 1;
  }
  while (b1 >= p)
    b1 = (b1 + a1) % p1;
  out[w_ + b1] ^= 1;
  for (std::uint32_t n = 1; n < d1; ++n) {
    b1 = (b1 + a1) % p1;
    while (b1 >= p)
      b1 = (b1 + a1) % p1;
    out[w_ + b1] ^= 1;
  }
  return out;
}

octets reference_codec::hdpc_row(std::uint32_t i) const {
  const std::uint32_t columns = k_prime_ + s_;
  octets mt(columns);
  for (std::uint32_t j = 0; j + 1 < columns; ++j) {
    const std::uint32_t first = rand(j + 1, 6, h_);
    const std::uint32_t second = (first + rand(j + 1, 7, h_ - 1) + 1) % h_;
    mt[j] = i == first || i == second ? 1 : 0;
  }
  mt[columns - 1] = power_of_two(i);
  octets out(l());
  for (std::uint32_t j = 0; j < columns; ++j) {
    std::uint8_t gamma = 1;
    for (std::uint32_t k = j; k < columns; ++k) {
      out[j] = static_cast<std::uint8_t>(out[j] ^ times(mt[k], gamma));
      gamma = times(gamma, 2);
    }
  }
  out[columns + i] = 1;
  return out;
}

octets reference_codec::row(std::uint32_t r,
                            const std::vector<std::uint32_t>& isis) const {
  if (r >= s_ + h_)
    return lt_row(isis[r - s_ - h_]);
  if (r >= s_)
    return hdpc_row(r - s_);
  const std::uint32_t p = l() - w_;
  octets out(l());
  for (std::uint32_t i = 0; i < w_ - s_; ++i) {
    const std::uint32_t a = 1 + i / s_;
    for (std::uint32_t n = 0; n < 3; ++n)
      if ((i + n * a) % s_ == r)
        out[i] ^= 1;
  }
  out[w_ - s_ + r] ^= 1;
  out[w_ + r % p] ^= 1;
  out[w_ + (r + 1) % p] ^= 1;
  return out;
}

std::vector<octets>
reference_codec::intermediate(const std::vector<octets>& source) const {
  const std::size_t width = source.front().size();
  std::vector<std::uint32_t> isis(k_prime_);
  std::vector<octets> a(l());
  std::vector<octets> d(l(), octets(width));
  for (std::uint32_t n = 0; n < k_prime_; ++n)
    isis[n] = n;
  for (std::uint32_t r = 0; r < l(); ++r)
    a[r] = row(r, isis);
  for (std::size_t n = 0; n < source.size(); ++n)
    d[s_ + h_ + n] = source[n];
  for (std::uint32_t c = 0; c < l(); ++c) {
    std::uint32_t pivot = c;
    while (pivot < l() && a[pivot][c] == 0)
      ++pivot;
    if (pivot == l())
      throw std::logic_error("the constraint matrix is singular");
    std::swap(a[c], a[pivot]);
    std::swap(d[c], d[pivot]);
    std::uint8_t inverse = 1;
    while (times(inverse, a[c][c]) != 1)
      ++inverse;
    for (std::uint8_t& x : a[c])
      x = times(x, inverse);
    for (std::uint8_t& x : d[c])
      x = times(x, inverse);
    for (std::uint32_t r = 0; r < l(); ++r)
      if (r != c && a[r][c] != 0) {
        const std::uint8_t factor = a[r][c];
        add_times(a[r], a[c], factor);
        add_times(d[r], d[c], factor);
      }
  }
  return d;
}

octets reference_codec::encode(const std::vector<octets>& c,
                               std::uint32_t isi) const {
  const octets terms = lt_row(isi);
  octets out(c.front().size());
  for (std::uint32_t n = 0; n < l(); ++n)
    if (terms[n] != 0)
      add_times(out, c[n], 1);
  return out;
}

} // namespace troupe::raptorq::test
