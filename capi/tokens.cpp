// SPDX-License-Identifier: BSD-3-Clause
#include "capi/tokens.hpp"

#include <sodium.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace troupe::capi {

namespace {

constexpr std::uint8_t token_version = 0xff;
constexpr std::size_t signed_bytes = offsetof(lc_token_t, sig);

/// A key of the ring whose first bytes the token names and that signed it.
bool is_signed(const lc_token_t& token, const lc_keyring_t& ring) {
  const auto* begin = reinterpret_cast<const unsigned char*>(&token);
  for (std::size_t i = 0; i < ring.nkeys; ++i) {
    const auto* key = ring.key[i];
    if (std::memcmp(key, token.signkey, sizeof(token.signkey)) == 0 &&
        crypto_sign_verify_detached(token.sig, begin, signed_bytes, key) == 0)
      return true;
  }
  return false;
}

} // namespace

int make_token(lc_token_t& token, const lc_keypair_t& signer,
               const std::uint8_t* bearer, const in6_addr& group,
               std::uint8_t capabilities, std::uint64_t valid_s) {
  timespec now{};
  if (::clock_gettime(CLOCK_REALTIME, &now) != 0)
    return errno;
  lc_token_t made{};
  made.version = token_version;
  std::memcpy(made.channel, group.s6_addr + 2, sizeof(made.channel));
  made.capbits = capabilities;
  std::memcpy(made.signkey, signer.pk, sizeof(made.signkey));
  std::uint64_t expires = 0;
  if (valid_s != 0 &&
      __builtin_add_overflow(static_cast<std::uint64_t>(now.tv_sec), valid_s,
                             &expires))
    return EINVAL;
  made.expires = expires;
  std::memcpy(made.bearkey, bearer, sizeof(made.bearkey));
  if (crypto_sign_detached(made.sig, nullptr,
                           reinterpret_cast<const unsigned char*>(&made),
                           signed_bytes, signer.sk) != 0)
    return ENOTRECOVERABLE;
  token = made;
  return 0;
}

bool sign_packet(std::span<const iovec> pieces, const unsigned char* secret,
                 std::array<unsigned char, token_signature_bytes>& signature) {
  crypto_sign_state state;
  crypto_sign_init(&state);
  for (const auto& piece : pieces)
    crypto_sign_update(&state,
                       static_cast<const unsigned char*>(piece.iov_base),
                       piece.iov_len);
  return crypto_sign_final_create(&state, signature.data(), nullptr, secret) ==
         0;
}

bool is_accepted(const lc_filter_t& filter, const in6_addr& group,
                 std::span<const std::byte> payload) {
  if (filter.keyring == nullptr ||
      payload.size() < token_bytes + token_signature_bytes)
    return false;
  lc_token_t token;
  std::memcpy(&token, payload.data(), sizeof(token));
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (token.version != token_version ||
      std::memcmp(token.channel, group.s6_addr + 2, sizeof(token.channel)) !=
          0 ||
      (token.capbits & filter.capbits) != filter.capbits ||
      (token.expires != 0 &&
       token.expires < static_cast<std::uint64_t>(now.tv_sec)) ||
      !is_signed(token, *filter.keyring))
    return false;
  const auto body = payload.first(payload.size() - token_signature_bytes);
  crypto_sign_state state;
  crypto_sign_init(&state);
  crypto_sign_update(&state,
                     reinterpret_cast<const unsigned char*>(body.data()),
                     body.size());
  unsigned char signature[token_signature_bytes];
  std::memcpy(signature, payload.data() + body.size(), sizeof(signature));
  return crypto_sign_final_verify(&state, signature, token.bearkey) == 0;
}

} // namespace troupe::capi
