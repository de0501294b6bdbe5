// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <librecast/types.h>

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace troupe::capi {

inline constexpr std::size_t token_bytes = sizeof(lc_token_t);
inline constexpr std::size_t token_signature_bytes = 64;

/// Fills in everything but the signature from its arguments, then signs: 0, or
/// an errno value. Any thread; does not block.
int make_token(lc_token_t& token, const lc_keypair_t& signer,
               const std::uint8_t* bearer, const in6_addr& group,
               std::uint8_t capabilities, std::uint64_t valid_s);

/// The signature of a packet (token and what follows it) by the secret key of
/// 64 bytes: Ed25519ph. False when the key cannot sign.
bool sign_packet(std::span<const iovec> pieces, const unsigned char* secret,
                 std::array<unsigned char, token_signature_bytes>& signature);

/// Whether `payload` begins with a token that `filter` accepts for this group
/// and ends with the bearer's signature. Any thread; computes only.
bool is_accepted(const lc_filter_t& filter, const in6_addr& group,
                 std::span<const std::byte> payload);

} // namespace troupe::capi
