// SPDX-License-Identifier: BSD-3-Clause
#include "raptorq/octets_impl.hpp"
#include "raptorq/octets_isa.hpp"

#include <immintrin.h>

namespace troupe::raptorq {

namespace {

// 64 octets; "times f" is one product with an 8 x 8 bit matrix. The product
// instruction of GFNI itself is of no use here: its polynomial is another.
struct zmm {
  using reg = __m512i;
  static constexpr std::size_t bytes = 64;
  static constexpr unsigned wide = 4;
  static constexpr bool streams = false;
  static constexpr unsigned tile_vectors = 4;
  static constexpr std::uint32_t dense_percent = 250;
  using halves = reg;
  using multiplier = reg;

  static reg load(const std::uint8_t* p) { return _mm512_loadu_si512(p); }
  static void store(std::uint8_t* p, reg r) { _mm512_storeu_si512(p, r); }
  static reg zero() { return _mm512_setzero_si512(); }
  static reg add(reg a, reg b) { return _mm512_xor_si512(a, b); }
  static reg twice(reg a) { return mul(a, factor(2)); }
  static halves split(reg a) { return a; }
  static multiplier factor(std::uint8_t f) {
    reg by = _mm512_set1_epi64(static_cast<long long>(affine_table.of[f]));
#ifdef __clang__
    // LLVM before 20 encodes a wrong address when it lets the product
    // broadcast from memory itself (llvm/llvm-project pull request 120340).
    __asm__("" : "+v"(by));
#endif
    return by;
  }
  static reg mul(halves x, multiplier by) {
    return _mm512_gf2p8affine_epi64_epi8(x, by, 0);
  }
};

} // namespace

const octet_kernels gfni_kernels = octet_loops<zmm>::table("gfni");

} // namespace troupe::raptorq
