// SPDX-License-Identifier: BSD-3-Clause
#include "core/blake2b_rounds.hpp"
#include "core/blake2b_ymm.hpp"

namespace troupe {

namespace {

struct zmm {
  using reg = __m512i;
  static constexpr unsigned lanes = 8;

  TROUPE_INLINE reg load(const std::uint64_t* p) {
    return _mm512_load_si512(p);
  }
  TROUPE_INLINE void store(std::uint64_t* p, reg r) {
    _mm512_store_si512(p, r);
  }
  TROUPE_INLINE reg all(std::uint64_t one) {
    return _mm512_set1_epi64(static_cast<long long>(one));
  }
  TROUPE_INLINE reg add(reg a, reg b) { return _mm512_add_epi64(a, b); }
  TROUPE_INLINE reg exclusive_or(reg a, reg b) {
    return _mm512_xor_si512(a, b);
  }
  template <int N>
  TROUPE_INLINE reg ror(reg a) {
    return _mm512_ror_epi64(a, N);
  }

  /// a, b, c, d are of two lanes each: words 0, 2, 4, 6 of both by pairs.
  /// Makes vectors of one word of all eight lanes.
  TROUPE_INLINE void gather(reg* block, reg a, reg b, reg c, reg d) {
    const auto ab04 = _mm512_shuffle_i64x2(a, b, 0x88);
    const auto ab26 = _mm512_shuffle_i64x2(a, b, 0xdd);
    const auto cd04 = _mm512_shuffle_i64x2(c, d, 0x88);
    const auto cd26 = _mm512_shuffle_i64x2(c, d, 0xdd);
    block[0] = _mm512_shuffle_i64x2(ab04, cd04, 0x88);
    block[2] = _mm512_shuffle_i64x2(ab26, cd26, 0x88);
    block[4] = _mm512_shuffle_i64x2(ab04, cd04, 0xdd);
    block[6] = _mm512_shuffle_i64x2(ab26, cd26, 0xdd);
  }

  /// Eight words of eight lanes at a time, transposed.
  TROUPE_INLINE void load_block(reg (&block)[16], const std::byte* const* next,
                                std::size_t offset) {
    for (unsigned w = 0; w < 16; w += 8) {
      reg even[4];
      reg odd[4];
      for (unsigned i = 0; i < 4; ++i) {
        const auto a = _mm512_loadu_si512(next[2 * i] + offset + 8 * w);
        const auto b = _mm512_loadu_si512(next[2 * i + 1] + offset + 8 * w);
        even[i] = _mm512_unpacklo_epi64(a, b);
        odd[i] = _mm512_unpackhi_epi64(a, b);
      }
      gather(block + w, even[0], even[1], even[2], even[3]);
      gather(block + w + 1, odd[0], odd[1], odd[2], odd[3]);
    }
  }
};

struct rotating_ymm : ymm_words {
  template <int N>
  TROUPE_INLINE reg ror(reg a) {
    return _mm256_ror_epi64(a, N);
  }
};

} // namespace

const blake2b_kernel blake2b_avx512_x4 = {
    "avx512vl", rotating_ymm::lanes, blake2b_rounds<rotating_ymm>::compress,
    &blake2b_portable};

const blake2b_kernel blake2b_avx512 = {
    "avx512", zmm::lanes, blake2b_rounds<zmm>::compress, &blake2b_avx512_x4};

} // namespace troupe
