// SPDX-License-Identifier: BSD-3-Clause
#include "core/blake2b_rounds.hpp"

#include <bit>
#include <cstring>

namespace troupe {

namespace {

struct word {
  using reg = std::uint64_t;
  static constexpr unsigned lanes = 1;

  TROUPE_INLINE reg load(const std::uint64_t* p) { return *p; }
  TROUPE_INLINE void store(std::uint64_t* p, reg r) { *p = r; }
  TROUPE_INLINE reg all(std::uint64_t one) { return one; }
  TROUPE_INLINE reg add(reg a, reg b) { return a + b; }
  TROUPE_INLINE reg exclusive_or(reg a, reg b) { return a ^ b; }
  template <int N>
  TROUPE_INLINE reg ror(reg a) {
    return std::rotr(a, N);
  }
  TROUPE_INLINE void load_block(reg (&block)[16], const std::byte* const* next,
                                std::size_t offset) {
    std::memcpy(block, next[0] + offset, blake2b_block_bytes);
    if constexpr (std::endian::native == std::endian::big)
      for (auto& each : block)
        each = __builtin_bswap64(each);
  }
};

} // namespace

const blake2b_kernel blake2b_portable = {
    "portable", word::lanes, blake2b_rounds<word>::compress, nullptr};

} // namespace troupe
