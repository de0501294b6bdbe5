// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/dense_solve.hpp"

#include "raptorq/hdpc.hpp"
#include "raptorq/octet_matrix.hpp"
#include "raptorq/plan.hpp"

#include <algorithm>
#include <bit>

namespace troupe::raptorq {

namespace {

bool bit(const std::uint64_t* row, std::uint32_t at) noexcept {
  return (row[at / 64] >> (at % 64) & 1) != 0;
}

void set_bit(std::uint64_t* row, std::uint32_t at) noexcept {
  row[at / 64] |= std::uint64_t{1} << (at % 64);
}

} // namespace

dense_solve::dense_solve(std::uint32_t columns)
    : columns_(columns), words_((columns + 63) / 64) {
  rows_.reserve(2 * words_ * columns);
  lead_.reserve(columns);
}

bool dense_solve::offer(std::span<const std::uint64_t> bits) {
  const std::uint32_t rank_before = rank();
  rows_.resize((rank_before + std::size_t{1}) * 2 * words_);
  std::uint64_t* fresh = row(rank_before);
  std::copy_n(bits.begin(), words_, fresh);
  std::fill_n(fresh + words_, words_, 0);
  set_bit(fresh + words_, rank_before);
  for (std::uint32_t n = 0; n < rank_before; ++n)
    if (bit(fresh, lead_[n]))
      for (std::size_t w = 0; w < 2 * words_; ++w)
        fresh[w] ^= row(n)[w];
  std::size_t word = 0;
  while (word < words_ && fresh[word] == 0)
    ++word;
  if (word == words_) {
    rows_.resize(rank_before * std::size_t{2} * words_);
    return false;
  }
  const auto lead = static_cast<std::uint32_t>(
      word * 64 + static_cast<unsigned>(std::countr_zero(fresh[word])));
  for (std::uint32_t n = 0; n < rank_before; ++n)
    if (bit(row(n), lead))
      for (std::size_t w = 0; w < 2 * words_; ++w)
        row(n)[w] ^= fresh[w];
  lead_.push_back(lead);
  return true;
}

void dense_solve::report(elimination_plan& plan) const {
  std::vector<bool> solved(columns_, false);
  plan.from_kept.assign(columns_ * plan.pitch, 0);
  plan.from_free.assign(columns_, 0);
  for (std::uint32_t n = 0; n < rank(); ++n) {
    solved[lead_[n]] = true;
    plan.solved_number.push_back(static_cast<std::uint16_t>(lead_[n]));
    std::copy_n(row(n) + words_, words_,
                plan.from_kept.data() + lead_[n] * plan.pitch);
  }
  for (std::uint32_t column = 0; column < columns_; ++column) {
    if (solved[column])
      continue;
    const auto number = static_cast<std::uint32_t>(plan.free_number.size());
    plan.free_number.push_back(static_cast<std::uint16_t>(column));
    for (std::uint32_t n = 0; n < rank(); ++n)
      if (bit(row(n), column))
        set_bit(&plan.from_free[lead_[n]], number);
  }
}

bool solve_free(elimination_plan& plan) {
  const std::uint32_t h = plan.code.h;
  const octet_matrix hdpc = hdpc_over_inactive(plan);
  octet_matrix unknowns(h, plan.free);
  octet_matrix known(h, plan.kept);
  for (std::uint32_t i = 0; i < h; ++i) {
    for (std::uint32_t f = 0; f < plan.free; ++f)
      unknowns.row(i)[f] = hdpc.row(i)[plan.free_number[f]];
    for (std::uint32_t k = 0; k < plan.kept; ++k) {
      const std::uint16_t number = plan.solved_number[k];
      const std::uint8_t factor = hdpc.row(i)[number];
      known.row(i)[k] = factor;
      for (std::uint32_t f = 0; f < plan.free; ++f)
        if ((plan.from_free[number] >> f & 1) != 0)
          unknowns.row(i)[f] ^= factor;
    }
  }
  row_inverse inverse(plan.free, h);
  for (std::uint32_t i = 0; i < h && !inverse.complete(); ++i)
    inverse.offer({unknowns.row(i), plan.free}, i);
  if (!inverse.complete())
    return false;
  const std::size_t width = h + std::size_t{plan.kept};
  plan.free_factors.assign(plan.free * width, 0);
  for (std::uint32_t f = 0; f < plan.free; ++f) {
    const std::span<const std::uint8_t> factors = inverse.row_of(f);
    std::uint8_t* out = plan.free_factors.data() + f * width;
    std::copy(factors.begin(), factors.end(), out);
    for (std::uint32_t i = 0; i < h; ++i)
      if (factors[i] != 0)
        kernels().add_scaled(out + h, known.row(i), factors[i], plan.kept);
  }
  return true;
}

} // namespace troupe::raptorq
