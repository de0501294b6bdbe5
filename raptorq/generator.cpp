// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/generator.hpp"

#include "raptorq/replay.hpp"

#include <cstring>
#include <vector>

namespace troupe::raptorq {

generator::generator(const elimination_plan& plan)
    : code_(plan.code),
      pitch_((std::size_t{plan.code.k_prime} + 31) / 32 * 32) {
  const std::uint32_t k = code_.k_prime;
  const std::size_t wide = slot_round(k);
  slot_memory identity = make_slot_memory(k * wide);
  std::memset(identity.get(), 0, k * wide);
  std::vector<const std::uint8_t*> in(k);
  for (std::uint32_t n = 0; n < k; ++n) {
    identity[n * wide + n] = 1;
    in[n] = identity.get() + n * wide;
  }
  const slot_memory solved = make_slot_memory(code_.l * wide);
  replay_all(plan, in, solved.get(), wide, wide);
  rows_ = make_slot_memory(code_.l * pitch_);
  for (std::uint32_t column = 0; column < code_.l; ++column)
    std::memcpy(rows_.get() + column * pitch_,
                solved.get() + plan.slot_of_column[column] * wide, pitch_);
  ready_ = make_slot_memory(ready_rows * pitch_);
  for (std::uint32_t n = 0; n < ready_rows; ++n)
    make_row(k + n, ready_.get() + n * pitch_);
}

void generator::row(std::uint32_t isi, std::uint8_t* out) const noexcept {
  const std::uint32_t number = isi - code_.k_prime;
  if (number < ready_rows)
    std::memcpy(out, ready_.get() + number * pitch_, pitch_);
  else
    make_row(isi, out);
}

void generator::make_row(std::uint32_t isi, std::uint8_t* out) const noexcept {
  const lt_row terms = lt_row_for(code_, isi);
  const std::uint8_t* from[33];
  std::uint32_t count = 0;
  for (std::uint32_t n = 0; n < terms.lt_count; ++n)
    from[count++] = rows_.get() + terms.lt[n] * pitch_;
  for (std::uint32_t n = 0; n < terms.pi_count; ++n)
    from[count++] = rows_.get() + (code_.w + terms.pi[n]) * pitch_;
  for (std::size_t at = 0; at < pitch_; at += 32) {
    std::uint64_t sum[4] = {};
    for (std::uint32_t n = 0; n < count; ++n) {
      std::uint64_t term[4];
      std::memcpy(term, from[n] + at, sizeof term);
      for (unsigned w = 0; w < 4; ++w)
        sum[w] ^= term[w];
    }
    std::memcpy(out + at, sum, sizeof sum);
  }
}

} // namespace troupe::raptorq
