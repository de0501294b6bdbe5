// SPDX-License-Identifier: BSD-3-Clause
/// What the octets_<isa>.cpp files share: their kernels and product tables.
#pragma once

#include "raptorq/octets.hpp"

namespace troupe::raptorq {

/// For each factor the products of the sixteen low and the sixteen high
/// half-octets: factor * i and factor * 16 * i.
struct alignas(32) nibble_products {
  std::uint8_t low[16];
  std::uint8_t high[16];
};

struct nibble_table_type {
  nibble_products of[256]; ///< by factor
};
extern const nibble_table_type nibble_table;

/// For each factor f the 8 x 8 bit matrix of "times f" as gf2p8affineqb wants.
struct affine_table_type {
  std::uint64_t of[256]; ///< by factor
};
extern const affine_table_type affine_table;

extern const octet_kernels portable_kernels;
extern const octet_kernels ssse3_kernels;
extern const octet_kernels avx2_kernels;
extern const octet_kernels gfni_kernels;
extern const octet_kernels neon_kernels;

} // namespace troupe::raptorq
