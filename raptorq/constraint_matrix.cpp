// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/constraint_matrix.hpp"

#include "raptorq/tuple.hpp"

namespace troupe::raptorq {

namespace {

// Calls visit(row, column) for the circulant part of the LDPC rows, columns
// ascending (section 5.3.3.3). The step, 1 + floor(column / S), stays below S
// for every line of table 2.
template <class Visit>
void each_circulant(const parameters& code, Visit visit) {
  std::uint32_t step = 1;
  for (std::uint32_t column = 0, row = 0; column < code.b; ++column, ++row) {
    if (row == code.s) {
      row = 0;
      ++step;
    }
    std::uint32_t at = row;
    for (unsigned n = 0; n < 3; ++n) {
      visit(at, column);
      at += step;
      if (at >= code.s)
        at -= code.s;
    }
  }
}

void add_ldpc_rows(const parameters& code, binary_rows& out) {
  std::vector<std::uint32_t> fill(code.s + 1, 0);
  each_circulant(code, [&](std::uint32_t row, std::uint32_t) { ++fill[row]; });
  std::uint32_t total = 0;
  for (std::uint32_t row = 0; row < code.s; ++row) {
    out.lt_begin[row] = total;
    total += fill[row] + 1;
    fill[row] = out.lt_begin[row];
  }
  out.lt_begin[code.s] = total;
  out.lt.resize(total);
  each_circulant(code, [&](std::uint32_t row, std::uint32_t column) {
    out.lt[fill[row]++] = static_cast<std::uint16_t>(column);
  });
  for (std::uint32_t row = 0; row < code.s; ++row) {
    out.lt[fill[row]] = static_cast<std::uint16_t>(code.b + row);
    out.pi.push_back(static_cast<std::uint16_t>(row % code.p));
    out.pi.push_back(static_cast<std::uint16_t>((row + 1) % code.p));
    out.pi_begin[row + 1] = static_cast<std::uint32_t>(out.pi.size());
  }
}

} // namespace

binary_rows make_binary_rows(const parameters& code,
                             std::span<const std::uint32_t> isis) {
  binary_rows out;
  out.count = code.s + static_cast<std::uint32_t>(isis.size());
  out.lt_begin.resize(out.count + 1);
  out.pi_begin.resize(out.count + 1);
  out.lt.reserve(std::size_t{3} * code.b + code.s + 6 * isis.size());
  out.pi.reserve(std::size_t{2} * code.s + 3 * isis.size());
  add_ldpc_rows(code, out);
  std::uint32_t row = code.s;
  for (const std::uint32_t isi : isis) {
    const lt_row terms = lt_row_for(code, isi);
    out.lt.insert(out.lt.end(), terms.lt.begin(),
                  terms.lt.begin() + terms.lt_count);
    out.pi.insert(out.pi.end(), terms.pi.begin(),
                  terms.pi.begin() + terms.pi_count);
    ++row;
    out.lt_begin[row] = static_cast<std::uint32_t>(out.lt.size());
    out.pi_begin[row] = static_cast<std::uint32_t>(out.pi.size());
  }
  return out;
}

std::vector<std::uint8_t> make_hdpc_rows(const parameters& code) {
  const std::uint32_t columns = code.k_prime + code.s - 1;
  std::vector<std::uint8_t> out;
  out.reserve(2 * std::size_t{columns});
  for (std::uint32_t j = 1; j <= columns; ++j) {
    const std::uint32_t first = rand_number(j, 6, code.h);
    const std::uint32_t gap = rand_number(j, 7, code.h - 1) + 1;
    out.push_back(static_cast<std::uint8_t>(first));
    out.push_back(static_cast<std::uint8_t>((first + gap) % code.h));
  }
  return out;
}

} // namespace troupe::raptorq
