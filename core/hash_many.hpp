// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <span>

namespace troupe {

/// The unkeyed 32-byte digests of many inputs: out[i] = hash_of(type,
/// inputs[i]), whatever their lengths. BLAKE2b (RFC 7693) goes several times
/// faster than one by one where the processor has AVX2 or AVX-512, best with
/// a multiple of 8 inputs of one length; BLAKE3 is fast alone and goes one by
/// one. Preconditions: is_available(type), as many inputs as digests, `out`
/// overlaps no input. Pure; any thread; allocates nothing.
void hash_many(hash_type type,
               std::span<const std::span<const std::byte>> inputs,
               std::span<hash> out);

/// Likewise for the chunks of `data`: out[i] is the digest of the bytes from
/// i * chunk_bytes on, chunk_bytes of them or what there is.
/// Precondition: chunk_bytes > 0.
void hash_chunks(hash_type type, std::span<const std::byte> data,
                 std::size_t chunk_bytes, std::span<hash> out);

/// Whether the inputs are what their names say: matches[i] = (hash_of(type,
/// inputs[i]) == expected[i]). Returns how many are. Preconditions: as for
/// hash_many(), and all three of one length.
std::size_t verify_many(hash_type type,
                        std::span<const std::span<const std::byte>> inputs,
                        std::span<const hash> expected,
                        std::span<bool> matches);

} // namespace troupe
