// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/octets_impl.hpp"
#include "raptorq/octets_isa.hpp"

#include <immintrin.h>

namespace troupe::raptorq {

namespace {

// 32 octets; "times f" looks both half-octets up.
struct ymm {
  using reg = __m256i;
  static constexpr std::size_t bytes = 32;
  static constexpr unsigned wide = 4;
  static constexpr bool streams = true;
  static constexpr unsigned tile_vectors = 2;
  static constexpr std::uint32_t dense_percent = 100;

  struct halves {
    reg low, high;
  };
  struct multiplier {
    reg low, high;
  };

  static reg load(const std::uint8_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i_u*>(p));
  }
  static void store(std::uint8_t* p, reg r) {
    _mm256_storeu_si256(reinterpret_cast<__m256i_u*>(p), r);
  }
  static reg zero() { return _mm256_setzero_si256(); }
  static reg add(reg a, reg b) { return _mm256_xor_si256(a, b); }
  static reg twice(reg a) {
    const reg carry = _mm256_cmpgt_epi8(_mm256_setzero_si256(), a);
    return _mm256_xor_si256(_mm256_add_epi8(a, a),
                            _mm256_and_si256(carry, _mm256_set1_epi8(0x1d)));
  }
  // A product shifts as well as a shift does, and leaves the units that look
  // up to those who look up.
  static halves split(reg a) {
    const reg mask = _mm256_set1_epi8(0x0f);
    const reg shifted = _mm256_mulhi_epu16(a, _mm256_set1_epi16(0x1000));
    return {_mm256_and_si256(a, mask), _mm256_and_si256(shifted, mask)};
  }
  static multiplier factor(std::uint8_t f) {
    const nibble_products& t = nibble_table.of[f];
    return {_mm256_broadcastsi128_si256(
                _mm_load_si128(reinterpret_cast<const __m128i*>(t.low))),
            _mm256_broadcastsi128_si256(
                _mm_load_si128(reinterpret_cast<const __m128i*>(t.high)))};
  }
  static reg mul(const halves& x, const multiplier& by) {
    return _mm256_xor_si256(_mm256_shuffle_epi8(by.low, x.low),
                            _mm256_shuffle_epi8(by.high, x.high));
  }
};

} // namespace

const octet_kernels avx2_kernels = octet_loops<ymm>::table("avx2");

} // namespace troupe::raptorq
