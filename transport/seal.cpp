// SPDX-License-Identifier: BSD-3-Clause
#include "transport/seal.hpp"

#include <sodium.h>

#include <cstring>

namespace troupe {

namespace {

constexpr std::size_t code_bytes = crypto_secretbox_MACBYTES;
constexpr std::size_t nonce_bytes = crypto_secretbox_NONCEBYTES;

static_assert(seal_key_bytes == crypto_secretbox_KEYBYTES);
static_assert(seal_overhead_bytes == code_bytes + nonce_bytes);

unsigned char* octets(std::byte* p) {
  return reinterpret_cast<unsigned char*>(p);
}
const unsigned char* octets(const std::byte* p) {
  return reinterpret_cast<const unsigned char*>(p);
}

} // namespace

expected<seal_key> seal_key::from_bytes(std::span<const std::byte> secret) {
  if (secret.size() < seal_key_bytes)
    return error{errc::invalid_argument,
                 "a key has " + std::to_string(seal_key_bytes) +
                     " bytes, not " + std::to_string(secret.size())};
  // Safe to repeat, from any thread.
  if (sodium_init() < 0)
    return error{errc::internal, "libsodium cannot be used"};
  auto* place = static_cast<std::byte*>(sodium_malloc(seal_key_bytes));
  if (place == nullptr)
    return error{errc::out_of_memory, "no memory for a key"};
  std::memcpy(place, secret.data(), seal_key_bytes);
  sodium_mprotect_readonly(place);
  return seal_key{std::shared_ptr<const std::byte>{
      place, [](const std::byte* p) {
        sodium_free(const_cast<std::byte*>(p)); // wipes
      }}};
}

bool operator==(const seal_key& a, const seal_key& b) noexcept {
  return sodium_memcmp(a.secret_.get(), b.secret_.get(), seal_key_bytes) == 0;
}

void seal_into(std::span<std::byte> out, std::span<const std::byte> plain,
               const seal_key& key) {
  auto* nonce = octets(out.last(nonce_bytes).data());
  randombytes_buf(nonce, nonce_bytes);
  crypto_secretbox_easy(octets(out.data()), octets(plain.data()), plain.size(),
                        nonce, octets(key.bytes().data()));
}

blob seal(std::span<const std::byte> plain, const seal_key& key) {
  std::vector<std::byte> sealed(plain.size() + seal_overhead_bytes);
  seal_into(sealed, plain, key);
  return blob{std::move(sealed)};
}

expected<blob> unseal(std::span<const std::byte> sealed, const seal_key& key) {
  if (sealed.size() < seal_overhead_bytes)
    return errc::bad_key;
  std::vector<std::byte> plain(sealed.size() - seal_overhead_bytes);
  const auto box = sealed.first(sealed.size() - nonce_bytes);
  const auto nonce = sealed.last(nonce_bytes);
  if (crypto_secretbox_open_easy(octets(plain.data()), octets(box.data()),
                                 box.size(), octets(nonce.data()),
                                 octets(key.bytes().data())) != 0)
    return errc::bad_key;
  return blob{std::move(plain)};
}

} // namespace troupe
