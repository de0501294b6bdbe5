// SPDX-License-Identifier: BSD-3-Clause
// Private to the kernels: four 64-bit words, with AVX2.
#pragma once

#include "core/blake2b_rounds.hpp"

#include <immintrin.h>

namespace troupe {

// In each file that has it another type, for it is compiled differently.
namespace {

struct ymm_words {
  using reg = __m256i;
  static constexpr unsigned lanes = 4;

  TROUPE_INLINE reg load(const std::uint64_t* p) {
    return _mm256_load_si256(reinterpret_cast<const reg*>(p));
  }
  TROUPE_INLINE void store(std::uint64_t* p, reg r) {
    _mm256_store_si256(reinterpret_cast<reg*>(p), r);
  }
  TROUPE_INLINE reg all(std::uint64_t one) {
    return _mm256_set1_epi64x(static_cast<long long>(one));
  }
  TROUPE_INLINE reg add(reg a, reg b) { return _mm256_add_epi64(a, b); }
  TROUPE_INLINE reg exclusive_or(reg a, reg b) {
    return _mm256_xor_si256(a, b);
  }
  TROUPE_INLINE reg load_bytes(const std::byte* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i_u*>(p));
  }

  /// Four words of four lanes at a time, transposed.
  TROUPE_INLINE void load_block(reg (&block)[16], const std::byte* const* next,
                                std::size_t offset) {
    for (unsigned w = 0; w < 16; w += 4) {
      const auto at = offset + 8 * w;
      const auto a = load_bytes(next[0] + at);
      const auto b = load_bytes(next[1] + at);
      const auto c = load_bytes(next[2] + at);
      const auto d = load_bytes(next[3] + at);
      const auto ab02 = _mm256_unpacklo_epi64(a, b);
      const auto ab13 = _mm256_unpackhi_epi64(a, b);
      const auto cd02 = _mm256_unpacklo_epi64(c, d);
      const auto cd13 = _mm256_unpackhi_epi64(c, d);
      block[w] = _mm256_permute2x128_si256(ab02, cd02, 0x20);
      block[w + 1] = _mm256_permute2x128_si256(ab13, cd13, 0x20);
      block[w + 2] = _mm256_permute2x128_si256(ab02, cd02, 0x31);
      block[w + 3] = _mm256_permute2x128_si256(ab13, cd13, 0x31);
    }
  }
};

} // namespace

} // namespace troupe
