// SPDX-License-Identifier: BSD-3-Clause
// Private to the kernels: the compression function for any vector type.
//
// Each kernel's file is compiled for another instruction set. Whatever is
// instantiated here must not leave it, hence the vector types live in
// anonymous namespaces and nothing of the standard library is called.
#pragma once

#include "core/blake2b_many.hpp"

#include <utility>

namespace troupe {

/// The message schedule, RFC 7693 section 2.7.
inline constexpr unsigned char blake2b_sigma[12][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3}};

#define TROUPE_INLINE [[gnu::always_inline]] static inline

/// V has: reg; lanes; load and store of a row; all(word); add, exclusive or;
/// ror<n> for n of 16, 24, 32, 63; and load_block, which gives word w of the
/// blocks at next[i] + offset as lane i of block[w].
template <class V>
struct blake2b_rounds {
  using reg = typename V::reg;

  /// RFC 7693 section 3.1. The message is added first: it does not wait.
  TROUPE_INLINE void mix(reg& a, reg& b, reg& c, reg& d, const reg& x,
                         const reg& y) {
    a = V::add(V::add(a, x), b);
    d = V::template ror<32>(V::exclusive_or(d, a));
    c = V::add(c, d);
    b = V::template ror<24>(V::exclusive_or(b, c));
    a = V::add(V::add(a, y), b);
    d = V::template ror<16>(V::exclusive_or(d, a));
    c = V::add(c, d);
    b = V::template ror<63>(V::exclusive_or(b, c));
  }

  template <std::size_t Round>
  TROUPE_INLINE void round(reg (&v)[16], const reg (&m)[16]) {
    constexpr auto& s = blake2b_sigma[Round];
    mix(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);
    mix(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);
    mix(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);
    mix(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);
    mix(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);
    mix(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);
    mix(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);
    mix(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]]);
  }

  template <std::size_t... Round>
  TROUPE_INLINE void rounds(reg (&v)[16], const reg (&m)[16],
                            std::index_sequence<Round...>) {
    (round<Round>(v, m), ...);
  }

  static void compress(blake2b_lanes& all, std::size_t blocks) noexcept {
    const std::byte* next[V::lanes];
    for (unsigned i = 0; i < V::lanes; ++i)
      next[i] = all.next[i];
    reg h[8];
    for (unsigned i = 0; i < 8; ++i)
      h[i] = V::load(all.state[i]);
    auto counter = V::load(all.counter);
    const auto last = V::load(all.last);
    for (std::size_t n = 0; n < blocks; ++n) {
      reg m[16];
      V::load_block(m, next, n * blake2b_block_bytes);
      reg v[16];
      for (unsigned i = 0; i < 8; ++i) {
        v[i] = h[i];
        v[i + 8] = V::all(blake2b_iv[i]);
      }
      v[12] = V::exclusive_or(v[12], counter);
      v[14] = V::exclusive_or(v[14], last);
      rounds(v, m, std::make_index_sequence<12>{});
      for (unsigned i = 0; i < 8; ++i)
        h[i] = V::exclusive_or(h[i], V::exclusive_or(v[i], v[i + 8]));
      counter = V::add(counter, V::all(blake2b_block_bytes));
    }
    for (unsigned i = 0; i < 8; ++i)
      V::store(all.state[i], h[i]);
  }
};

} // namespace troupe
