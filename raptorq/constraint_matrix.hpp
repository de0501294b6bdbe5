// SPDX-License-Identifier: BSD-3-Clause
/// The rows of the constraint matrix A (RFC 6330 section 5.3.3.4.2).
#pragma once

#include "raptorq/parameters.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace troupe::raptorq {

/// The binary rows of A, sparse: first the S LDPC rows, then one LT row for
/// each encoding symbol. Columns below W are the LT part; the P columns from
/// W on are the PI part and are stored minus W.
struct binary_rows {
  std::uint32_t count = 0;             ///< rows
  std::vector<std::uint32_t> lt_begin; ///< count + 1 positions in lt
  std::vector<std::uint16_t> lt;
  std::vector<std::uint32_t> pi_begin; ///< count + 1 positions in pi
  std::vector<std::uint16_t> pi;

  std::span<const std::uint16_t> lt_of(std::uint32_t row) const noexcept {
    return {lt.data() + lt_begin[row], lt.data() + lt_begin[row + 1]};
  }
  std::span<const std::uint16_t> pi_of(std::uint32_t row) const noexcept {
    return {pi.data() + pi_begin[row], pi.data() + pi_begin[row + 1]};
  }
};

/// The LDPC rows and the LT rows of `isis` (internal symbol ids), in order.
/// Pure; thread safe.
binary_rows make_binary_rows(const parameters& code,
                             std::span<const std::uint32_t> isis);

/// The H HDPC rows without their identity part, factored as MT * GAMMA: for
/// each column but the last of the K' + S the two rows where MT is 1, so
/// 2 * (K' + S - 1) row numbers. The last column of MT is 2^i in row i.
std::vector<std::uint8_t> make_hdpc_rows(const parameters& code);

} // namespace troupe::raptorq
