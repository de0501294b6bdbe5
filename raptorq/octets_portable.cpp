// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/octets_impl.hpp"
#include "raptorq/octets_isa.hpp"

namespace troupe::raptorq {

namespace {

// Eight octets in one word; "times f" adds up doublings.
struct word {
  using reg = std::uint64_t;
  static constexpr std::size_t bytes = 8;
  static constexpr unsigned wide = 8;
  static constexpr bool streams = false;
  static constexpr unsigned tile_vectors = 1;
  static constexpr std::uint32_t dense_percent = 25;

  struct halves {
    reg power[8]; ///< x * 2^i
  };
  struct multiplier {
    reg mask[8]; ///< all ones where bit i of the factor is set
  };

  static reg load(const std::uint8_t* p) {
    reg r = 0;
    __builtin_memcpy(&r, p, sizeof r);
    return r;
  }
  static void store(std::uint8_t* p, reg r) {
    __builtin_memcpy(p, &r, sizeof r);
  }
  static reg zero() { return 0; }
  static reg add(reg a, reg b) { return a ^ b; }
  static reg twice(reg a) {
    const reg carry = (a >> 7) & 0x0101010101010101U;
    return ((a & 0x7f7f7f7f7f7f7f7fU) << 1) ^ (carry * 0x1d);
  }
  static halves split(reg a) {
    halves out;
    for (reg& power : out.power) {
      power = a;
      a = twice(a);
    }
    return out;
  }
  static multiplier factor(std::uint8_t f) {
    multiplier out;
    for (unsigned i = 0; i < 8; ++i)
      out.mask[i] = reg{0} - (f >> i & 1U);
    return out;
  }
  static reg mul(const halves& x, const multiplier& by) {
    reg out = 0;
    for (unsigned i = 0; i < 8; ++i)
      out ^= x.power[i] & by.mask[i];
    return out;
  }
};

} // namespace

const octet_kernels portable_kernels = octet_loops<word>::table("portable");

} // namespace troupe::raptorq
