// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/octet_math.hpp"
#include "raptorq/octets_isa.hpp"

namespace troupe::raptorq {

namespace {

constexpr nibble_table_type make_nibbles() {
  nibble_table_type out{};
  for (unsigned f = 0; f < 256; ++f)
    for (unsigned i = 0; i < 16; ++i) {
      const auto factor = static_cast<std::uint8_t>(f);
      out.of[f].low[i] = octet_mul(factor, static_cast<std::uint8_t>(i));
      out.of[f].high[i] = octet_mul(factor, static_cast<std::uint8_t>(i << 4));
    }
  return out;
}

// Bit i of f * x is the parity of (matrix byte 7 - i) & x; so bit j of that
// byte is bit i of f * 2^j.
constexpr affine_table_type make_affine() {
  affine_table_type out{};
  for (unsigned f = 0; f < 256; ++f)
    for (unsigned j = 0; j < 8; ++j) {
      const unsigned column = octet_mul(static_cast<std::uint8_t>(f),
                                        static_cast<std::uint8_t>(1U << j));
      for (unsigned i = 0; i < 8; ++i)
        if ((column >> i & 1) != 0)
          out.of[f] |= std::uint64_t{1} << ((7 - i) * 8 + j);
    }
  return out;
}

} // namespace

constinit const nibble_table_type nibble_table = make_nibbles();
constinit const affine_table_type affine_table = make_affine();

} // namespace troupe::raptorq
