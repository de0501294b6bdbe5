// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/octets_impl.hpp"
#include "raptorq/octets_isa.hpp"

#include <arm_neon.h>

namespace troupe::raptorq {

namespace {

// 16 octets; "times f" looks both half-octets up.
struct quad {
  using reg = uint8x16_t;
  static constexpr std::size_t bytes = 16;
  static constexpr unsigned wide = 8;
  static constexpr bool streams = false;
  static constexpr unsigned tile_vectors = 4;
  static constexpr std::uint32_t dense_percent = 100;

  struct halves {
    reg low, high;
  };
  struct multiplier {
    reg low, high;
  };

  static reg load(const std::uint8_t* p) { return vld1q_u8(p); }
  static void store(std::uint8_t* p, reg r) { vst1q_u8(p, r); }
  static reg zero() { return vdupq_n_u8(0); }
  static reg add(reg a, reg b) { return veorq_u8(a, b); }
  static reg twice(reg a) {
    const reg carry =
        vreinterpretq_u8_s8(vshrq_n_s8(vreinterpretq_s8_u8(a), 7));
    return veorq_u8(vshlq_n_u8(a, 1), vandq_u8(carry, vdupq_n_u8(0x1d)));
  }
  static halves split(reg a) {
    return {vandq_u8(a, vdupq_n_u8(0x0f)), vshrq_n_u8(a, 4)};
  }
  static multiplier factor(std::uint8_t f) {
    return {vld1q_u8(nibble_table.of[f].low),
            vld1q_u8(nibble_table.of[f].high)};
  }
  static reg mul(const halves& x, const multiplier& by) {
    return veorq_u8(vqtbl1q_u8(by.low, x.low), vqtbl1q_u8(by.high, x.high));
  }
};

} // namespace

const octet_kernels neon_kernels = octet_loops<quad>::table("neon");

} // namespace troupe::raptorq
