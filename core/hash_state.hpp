// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <cstddef>
#include <span>

namespace troupe {

/// Bytes that any hash of hash_type needs while it is under way.
inline constexpr std::size_t hash_state_bytes = 1912;

/// A hash under way in memory of the caller's, aligned for 8 bytes; a copy of
/// the bytes is as good. For interfaces that know the size of the state only;
/// elsewhere use hasher. Pure; one thread at a time.
using hash_state_memory = std::span<std::byte, hash_state_bytes>;

/// Begins a hash. A key has 1..64 bytes for BLAKE2b, 32 for BLAKE3; an empty
/// one is none. With any other length, or a type that is not available, the
/// state becomes one that cannot be used, and the result is false.
bool begin_hash(hash_state_memory state, hash_type type,
                std::span<const std::byte> key) noexcept;

/// Takes `data` in. `type` is that of begin_hash(); nothing happens to a state
/// that cannot be used.
void update_hash(hash_state_memory state, hash_type type,
                 std::span<const std::byte> data) noexcept;

/// Writes the digest and makes the state one that cannot be used. False, and
/// `out` untouched, if it was so before.
bool end_hash(hash_state_memory state, hash_type type, hash& out) noexcept;

} // namespace troupe
