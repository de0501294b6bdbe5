// SPDX-License-Identifier: BSD-3-Clause
#include "transport/range_seal.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace troupe {

namespace {

constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_bytes =
    crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t code_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(object_seal_bytes == nonce_bytes + code_bytes);
static_assert(symbol_code_bytes == code_bytes);
static_assert(symbol_salt_bytes + 8 == nonce_bytes);
static_assert(key_bytes == std::tuple_size_v<
                               decltype(range_seal::block_key::bytes)>);

/// Of a permutation of 2 * 7 bytes. Luby and Rackoff need four.
constexpr std::size_t rounds = 8;
constexpr std::size_t half_bytes = channel_key_bytes / 2;
static_assert(2 * half_bytes == channel_key_bytes);

unsigned char* octets(std::byte* p) {
  return reinterpret_cast<unsigned char*>(p);
}
const unsigned char* octets(const std::byte* p) {
  return reinterpret_cast<const unsigned char*>(p);
}

using half = std::array<std::byte, 8>; // the last byte is the round's number

/// Keyed BLAKE2b of `domain`, a zero byte and the parts.
void derive(std::span<std::byte> out, std::span<const std::byte> key,
            std::string_view domain,
            std::initializer_list<std::span<const std::byte>> parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, octets(key.data()), key.size(), out.size());
  crypto_generichash_update(
      &state, reinterpret_cast<const unsigned char*>(domain.data()),
      domain.size());
  const unsigned char end = 0;
  crypto_generichash_update(&state, &end, 1);
  for (const auto part : parts)
    crypto_generichash_update(&state, octets(part.data()), part.size());
  crypto_generichash_final(&state, octets(out.data()), out.size());
  sodium_memzero(&state, sizeof(state));
}

std::array<std::byte, 8> words(std::uint32_t a, std::uint32_t b) {
  std::array<std::byte, 8> bytes;
  for (unsigned i = 0; i < 4; ++i) {
    bytes[i] = static_cast<std::byte>(a >> (24 - 8 * i));
    bytes[4 + i] = static_cast<std::byte>(b >> (24 - 8 * i));
  }
  return bytes;
}

std::array<unsigned char, nonce_bytes> nonce_of(const symbol_salt& salt,
                                                std::uint32_t esi) {
  std::array<unsigned char, nonce_bytes> nonce{};
  std::memcpy(nonce.data(), salt.data(), salt.size());
  const auto tail = words(0, esi);
  std::memcpy(nonce.data() + salt.size(), tail.data(), tail.size());
  return nonce;
}

} // namespace

struct range_seal::keys {
  std::array<std::byte, key_bytes> objects;
  std::array<std::byte, key_bytes> nonces;
  std::array<std::byte, key_bytes> blocks;
  std::array<std::byte, crypto_shorthash_KEYBYTES> groups;
};

expected<range_seal> range_seal::from(const seal_key& key) {
  auto* place = static_cast<keys*>(sodium_malloc(sizeof(keys)));
  if (place == nullptr)
    return error{errc::out_of_memory, "no memory for a key"};
  derive(place->objects, key.bytes(), "troupe/range/1/objects", {});
  derive(place->nonces, key.bytes(), "troupe/range/1/nonces", {});
  derive(place->blocks, key.bytes(), "troupe/range/1/blocks", {});
  derive(place->groups, key.bytes(), "troupe/range/1/groups", {});
  sodium_mprotect_readonly(place);
  return range_seal{std::shared_ptr<const keys>{
      place, [](const keys* p) {
        sodium_free(const_cast<keys*>(p)); // wipes
      }}};
}

namespace {

/// SipHash-2-4 of a half and the number of the round.
void mix(std::span<std::byte> into, std::span<const std::byte> half_key,
         std::size_t round, const std::byte* key) {
  half input{};
  std::copy(half_key.begin(), half_key.end(), input.begin());
  input.back() = static_cast<std::byte>(round);
  half output;
  crypto_shorthash(octets(output.data()), octets(input.data()), input.size(),
                   octets(key));
  for (std::size_t i = 0; i < into.size(); ++i)
    into[i] ^= output[i];
}

} // namespace

hash range_seal::mask(const hash& id) const noexcept {
  hash value;
  std::copy_n(id.bytes.begin(), channel_key_bytes, value.bytes.begin());
  const auto left = std::span{value.bytes}.first(half_bytes);
  const auto right = std::span{value.bytes}.subspan(half_bytes, half_bytes);
  for (std::size_t round = 0; round < rounds; ++round)
    mix(round % 2 == 0 ? left : right, round % 2 == 0 ? right : left, round,
        all_->groups.data());
  return value;
}

std::array<std::byte, channel_key_bytes>
range_seal::unmask(std::span<const std::byte> key) const noexcept {
  std::array<std::byte, channel_key_bytes> value;
  std::copy_n(key.begin(), channel_key_bytes, value.begin());
  const auto left = std::span{value}.first(half_bytes);
  const auto right = std::span{value}.subspan(half_bytes, half_bytes);
  for (std::size_t round = rounds; round-- > 0;)
    mix(round % 2 == 0 ? left : right, round % 2 == 0 ? right : left, round,
        all_->groups.data());
  return value;
}

std::vector<std::byte> range_seal::seal(const hash& id,
                                        std::span<const std::byte> plain) const {
  std::vector<std::byte> out(object_seal_bytes + plain.size());
  derive(std::span{out}.first(nonce_bytes), all_->nonces, "nonce",
         {id.bytes, plain});
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      octets(out.data() + nonce_bytes), nullptr, octets(plain.data()),
      plain.size(), octets(id.bytes.data()), id.bytes.size(), nullptr,
      octets(out.data()), octets(all_->objects.data()));
  return out;
}

expected<blob> range_seal::open(const hash& id,
                                std::span<const std::byte> sealed) const {
  if (sealed.size() < object_seal_bytes)
    return errc::bad_key;
  std::vector<std::byte> plain(sealed.size() - object_seal_bytes);
  const auto box = sealed.subspan(nonce_bytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          octets(plain.data()), nullptr, nullptr, octets(box.data()),
          box.size(), octets(id.bytes.data()), id.bytes.size(),
          octets(sealed.data()), octets(all_->objects.data())) != 0)
    return errc::bad_key;
  return blob{std::move(plain)};
}

range_seal::block_key::~block_key() {
  sodium_memzero(bytes.data(), bytes.size());
}

range_seal::block_key range_seal::key_of(const hash& id,
                                         std::uint32_t block_bytes,
                                         std::uint16_t symbol_bytes) const {
  const auto sizes = words(block_bytes, symbol_bytes);
  block_key result;
  derive(result.bytes, all_->blocks, "block", {id.bytes, sizes});
  std::array<std::byte, crypto_generichash_BYTES_MIN> tag;
  derive(tag, all_->blocks, "tag", {id.bytes, sizes});
  for (unsigned i = 0; i < 4; ++i)
    result.tag = result.tag << 8 | std::to_integer<std::uint32_t>(tag[i]);
  return result;
}

symbol_salt random_salt() {
  symbol_salt salt;
  randombytes_buf(salt.data(), salt.size());
  return salt;
}

void seal_symbol(std::span<std::byte> symbol,
                 std::span<std::byte, symbol_code_bytes> code,
                 const range_seal::block_key& key, const symbol_salt& salt,
                 std::uint32_t esi,
                 std::span<const std::byte> header) noexcept {
  const auto nonce = nonce_of(salt, esi);
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
      octets(symbol.data()), octets(code.data()), nullptr,
      octets(symbol.data()), symbol.size(), octets(header.data()),
      header.size(), nullptr, nonce.data(), octets(key.bytes.data()));
}

bool open_symbol(std::span<std::byte> out, std::span<const std::byte> sealed,
                 std::span<const std::byte, symbol_code_bytes> code,
                 const range_seal::block_key& key, const symbol_salt& salt,
                 std::uint32_t esi,
                 std::span<const std::byte> header) noexcept {
  const auto nonce = nonce_of(salt, esi);
  return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
             octets(out.data()), nullptr, octets(sealed.data()), sealed.size(),
             octets(code.data()), octets(header.data()), header.size(),
             nonce.data(), octets(key.bytes.data())) == 0;
}

} // namespace troupe
