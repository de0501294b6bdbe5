// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/hdpc.hpp"

#include "raptorq/plan.hpp"

#include <algorithm>
#include <vector>

namespace troupe::raptorq {

namespace {

// Rows of octets are kept cut into eight planes of bits, because what is added
// to them are rows of bits. Plane n holds bit n of every octet.
void add(std::uint64_t* out, const std::uint64_t* in,
         std::size_t words) noexcept {
  for (std::size_t w = 0; w < words; ++w)
    out[w] ^= in[w];
}

// A row that is doubled again and again. Doubling moves no data: the planes
// slide down in a longer buffer, and the one that falls out at the top becomes
// the lowest and is added to three others, by the polynomial 0x1d.
class doubling_row {
public:
  explicit doubling_row(std::size_t words)
      : words_(words), data_((turns_max + 8) * words) {}

  void twice() noexcept {
    if (at_ == 0) {
      at_ = turns_max;
      std::copy_n(data_.data(), 8 * words_, planes());
    }
    --at_;
    std::uint64_t* low = planes();
    std::copy_n(low + 8 * words_, words_, low);
    for (unsigned n = 2; n <= 4; ++n)
      add(low + n * words_, low, words_);
  }

  /// Eight planes, one behind the other, the lowest first.
  std::uint64_t* planes() noexcept { return data_.data() + at_ * words_; }

private:
  static constexpr std::size_t turns_max = 56;
  std::size_t words_;
  std::vector<std::uint64_t> data_;
  std::size_t at_ = turns_max;
};

std::uint8_t octet(const std::uint64_t* planes, std::size_t words,
                   std::uint32_t at) noexcept {
  unsigned out = 0;
  for (unsigned n = 0; n < 8; ++n)
    out |= static_cast<unsigned>(planes[n * words + at / 64] >> (at % 64) & 1)
           << n;
  return static_cast<std::uint8_t>(out);
}

} // namespace

octet_matrix hdpc_over_inactive(const elimination_plan& plan) {
  const parameters& code = plan.code;
  const std::uint32_t columns = code.k_prime + code.s;
  const std::size_t words = plan.pitch;
  const std::size_t row_words = 8 * words;
  std::vector<std::uint64_t> rows(code.h * row_words);
  doubling_row sum(words);
  constexpr std::uint32_t ahead = 12;
  for (std::uint32_t j = 0; j < columns; ++j) {
    const std::uint32_t later =
        plan.slot_of_column[std::min(j + ahead, columns - 1)];
    if (later < plan.pivots)
      __builtin_prefetch(plan.mask.data() + later * words);
    sum.twice();
    const std::uint32_t slot = plan.slot_of_column[j];
    if (slot < plan.pivots)
      add(sum.planes(), plan.mask.data() + slot * words, words);
    else
      sum.planes()[(slot - plan.pivots) / 64] ^= std::uint64_t{1}
                                                 << ((slot - plan.pivots) % 64);
    for (unsigned n = 0; n < 2 && j + 1 < columns; ++n)
      add(rows.data() + plan.hdpc_rows[2 * j + n] * row_words, sum.planes(),
          row_words);
  }
  octet_matrix out(code.h, plan.inactive);
  for (std::uint32_t i = 0; i < code.h; ++i) {
    std::uint64_t* row = rows.data() + i * row_words;
    add(row, sum.planes(), row_words);
    sum.twice();
    for (std::uint32_t n = 0; n < plan.inactive; ++n)
      out.row(i)[n] = octet(row, words, n);
    out.row(i)[code.p - code.h + i] ^= 1;
  }
  return out;
}

} // namespace troupe::raptorq
