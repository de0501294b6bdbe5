// SPDX-License-Identifier: BSD-3-Clause
#include "core/blake2b_rounds.hpp"
#include "core/blake2b_ymm.hpp"

namespace troupe {

namespace {

struct ymm : ymm_words {
  /// No rotation here: bytes are moved instead, but for 63 bits.
  template <int N>
  TROUPE_INLINE reg ror(reg a) {
    if constexpr (N == 63)
      return _mm256_xor_si256(_mm256_srli_epi64(a, 63), _mm256_add_epi64(a, a));
    else if constexpr (N == 32)
      return _mm256_shuffle_epi32(a, 0xb1);
    else if constexpr (N == 24)
      return _mm256_shuffle_epi8(
          a, _mm256_setr_epi8(3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9,
                              10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8,
                              9, 10));
    else
      return _mm256_shuffle_epi8(
          a, _mm256_setr_epi8(2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8,
                              9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15,
                              8, 9));
  }
};

} // namespace

const blake2b_kernel blake2b_avx2 = {
    "avx2", ymm::lanes, blake2b_rounds<ymm>::compress, &blake2b_portable};

} // namespace troupe
