// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/octet_matrix.hpp"

#include "raptorq/octet_math.hpp"
#include "raptorq/octets.hpp"

#include <algorithm>

namespace troupe::raptorq {

row_inverse::row_inverse(std::uint32_t unknowns, std::uint32_t sides)
    : unknowns_(unknowns), sides_(sides),
      pitch_((std::size_t{unknowns} + sides + 63) / 64 * 64),
      rows_((unknowns + std::size_t{1}) * pitch_), place_(unknowns) {
  lead_.reserve(unknowns);
}

bool row_inverse::offer(std::span<const std::uint8_t> row, std::uint32_t side) {
  const octet_kernels& kernel = kernels();
  const std::size_t rank = lead_.size();
  std::uint8_t* fresh = at(rank);
  std::fill_n(fresh, pitch_, std::uint8_t{0});
  std::copy(row.begin(), row.end(), fresh);
  fresh[unknowns_ + side] = 1;
  for (std::size_t n = 0; n < rank; ++n)
    if (const std::uint8_t factor = fresh[lead_[n]])
      kernel.add_scaled(fresh, at(n), factor, pitch_);
  const std::uint8_t* lead = std::find_if(
      fresh, fresh + unknowns_, [](std::uint8_t value) { return value != 0; });
  if (lead == fresh + unknowns_)
    return false;
  const auto column = static_cast<std::uint32_t>(lead - fresh);
  kernel.scale(fresh, octet_inverse(*lead), pitch_);
  for (std::size_t n = 0; n < rank; ++n)
    if (const std::uint8_t factor = at(n)[column])
      kernel.add_scaled(at(n), fresh, factor, pitch_);
  place_[column] = static_cast<std::uint32_t>(rank);
  lead_.push_back(column);
  return true;
}

} // namespace troupe::raptorq
