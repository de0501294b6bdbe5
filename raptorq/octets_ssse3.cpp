// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/octets_impl.hpp"
#include "raptorq/octets_isa.hpp"

#include <tmmintrin.h>

namespace troupe::raptorq {

namespace {

// 16 octets; "times f" looks both half-octets up.
struct xmm {
  using reg = __m128i;
  static constexpr std::size_t bytes = 16;
  static constexpr unsigned wide = 4;
  static constexpr bool streams = false;
  static constexpr unsigned tile_vectors = 2;
  static constexpr std::uint32_t dense_percent = 80;

  struct halves {
    reg low, high;
  };
  struct multiplier {
    reg low, high;
  };

  static reg load(const std::uint8_t* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i_u*>(p));
  }
  static void store(std::uint8_t* p, reg r) {
    _mm_storeu_si128(reinterpret_cast<__m128i_u*>(p), r);
  }
  static reg zero() { return _mm_setzero_si128(); }
  static reg add(reg a, reg b) { return _mm_xor_si128(a, b); }
  static reg twice(reg a) {
    const reg carry = _mm_cmpgt_epi8(_mm_setzero_si128(), a);
    return _mm_xor_si128(_mm_add_epi8(a, a),
                         _mm_and_si128(carry, _mm_set1_epi8(0x1d)));
  }
  static halves split(reg a) {
    const reg mask = _mm_set1_epi8(0x0f);
    return {_mm_and_si128(a, mask), _mm_and_si128(_mm_srli_epi64(a, 4), mask)};
  }
  static multiplier factor(std::uint8_t f) {
    const nibble_products& t = nibble_table.of[f];
    return {_mm_load_si128(reinterpret_cast<const __m128i*>(t.low)),
            _mm_load_si128(reinterpret_cast<const __m128i*>(t.high))};
  }
  static reg mul(const halves& x, const multiplier& by) {
    return _mm_xor_si128(_mm_shuffle_epi8(by.low, x.low),
                         _mm_shuffle_epi8(by.high, x.high));
  }
};

} // namespace

const octet_kernels ssse3_kernels = octet_loops<xmm>::table("ssse3");

} // namespace troupe::raptorq
