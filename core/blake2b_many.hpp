// SPDX-License-Identifier: BSD-3-Clause
// Private to hash_many: BLAKE2b (RFC 7693) of several messages side by side.
#pragma once

#include "core/hash.hpp"

#include <span>

namespace troupe {

inline constexpr std::size_t blake2b_block_bytes = 128;
inline constexpr std::uint32_t blake2b_lanes_max = 8;

/// The initial chaining value, RFC 7693 section 2.6.
inline constexpr std::uint64_t blake2b_iv[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
    0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
    0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

/// Messages under way, one in each column. Rows are what vectors are loaded
/// from; a kernel of fewer lanes uses the first columns.
struct blake2b_lanes {
  using row = std::uint64_t[blake2b_lanes_max];

  alignas(64) row state[8]; ///< chaining values by word
  alignas(64) row counter;  ///< bytes of the message to the next block's end
  alignas(64) row last;     ///< all ones where the next block is the last
  const std::byte* next[blake2b_lanes_max]; ///< the next block of each
};

/// One implementation of the compression function.
struct blake2b_kernel {
  const char* name;
  std::uint32_t lanes;
  /// Compresses `blocks` consecutive blocks of every lane into its state. Only
  /// for blocks == 1 may `last` be set. Leaves all but the state as it is.
  void (*compress)(blake2b_lanes& all, std::size_t blocks) noexcept;
  /// The faster one where no more than its lanes are busy; may be null.
  const blake2b_kernel* narrower;
};

/// The fastest that this processor has; chosen once. Any thread.
const blake2b_kernel& blake2b_fastest() noexcept;

/// All that this processor has, from the plainest to the fastest; null past
/// the end.
const blake2b_kernel* blake2b_kernel_at(std::size_t index) noexcept;

/// The names of all that this build has.
std::span<const char* const> blake2b_kernel_names() noexcept;

/// hash_many() for BLAKE2b by `kernel`. A lane whose message ended takes the
/// next one at once, whatever the others do. Pure; allocates nothing.
/// Precondition: as many inputs as digests.
void blake2b_hash_many(const blake2b_kernel& kernel,
                       std::span<const std::span<const std::byte>> inputs,
                       std::span<hash> out) noexcept;

extern const blake2b_kernel blake2b_portable;   ///< any processor, 1 lane
extern const blake2b_kernel blake2b_avx2;       ///< 4 lanes
extern const blake2b_kernel blake2b_avx512_x4;  ///< 4 lanes, AVX-512 VL
extern const blake2b_kernel blake2b_avx512;     ///< 8 lanes, AVX-512 F and VL

} // namespace troupe
