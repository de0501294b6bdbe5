// SPDX-License-Identifier: BSD-3-Clause
#include "transport/signing_key.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace troupe {

namespace {

static_assert(public_key_bytes == crypto_sign_PUBLICKEYBYTES);
static_assert(signature_bytes == crypto_sign_BYTES);
static_assert(signing_seed_bytes == crypto_sign_SEEDBYTES);

constexpr std::string_view succession_purpose = "troupe/successor/1";

unsigned char* octets(std::byte* p) {
  return reinterpret_cast<unsigned char*>(p);
}
const unsigned char* octets(const std::byte* p) {
  return reinterpret_cast<const unsigned char*>(p);
}

std::vector<std::byte> framed(std::string_view purpose,
                              std::span<const std::byte> message) {
  std::vector<std::byte> all(purpose.size() + 1 + message.size());
  std::memcpy(all.data(), purpose.data(), purpose.size());
  std::copy(message.begin(), message.end(),
            all.begin() + static_cast<std::ptrdiff_t>(purpose.size() + 1));
  return all;
}

std::array<std::byte, 2 * public_key_bytes> statement(const public_key& from,
                                                      const public_key& to) {
  std::array<std::byte, 2 * public_key_bytes> text;
  std::copy(from.bytes.begin(), from.bytes.end(), text.begin());
  std::copy(to.bytes.begin(), to.bytes.end(), text.begin() + public_key_bytes);
  return text;
}

/// Secret memory of `bytes` bytes; nullptr if there is none.
std::shared_ptr<std::byte> secret_memory(std::size_t bytes) {
  auto* place = static_cast<std::byte*>(sodium_malloc(bytes));
  if (place == nullptr)
    return nullptr;
  return {place, [](std::byte* p) { sodium_free(p); }}; // wipes
}

} // namespace

std::string to_hex(const public_key& key) {
  std::array<char, 2 * public_key_bytes + 1> text;
  sodium_bin2hex(text.data(), text.size(), octets(key.bytes.data()),
                 key.bytes.size());
  return text.data();
}

bool from_hex(std::string_view text, public_key& out) noexcept {
  const auto is_digit = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  };
  return text.size() == 2 * public_key_bytes &&
         std::all_of(text.begin(), text.end(), is_digit) &&
         sodium_hex2bin(octets(out.bytes.data()), out.bytes.size(),
                        text.data(), text.size(), nullptr, nullptr,
                        nullptr) == 0;
}

expected<signing_key> signing_key::generate() {
  if (sodium_init() < 0)
    return error{errc::internal, "libsodium cannot be used"};
  const auto seed = secret_memory(signing_seed_bytes);
  if (!seed)
    return error{errc::out_of_memory, "no memory for a key"};
  randombytes_buf(seed.get(), signing_seed_bytes);
  return from_seed(
      std::span<const std::byte, signing_seed_bytes>{seed.get(),
                                                     signing_seed_bytes});
}

expected<signing_key>
signing_key::from_seed(std::span<const std::byte, signing_seed_bytes> seed,
                       std::vector<succession> history) {
  if (sodium_init() < 0)
    return error{errc::internal, "libsodium cannot be used"};
  const auto place = secret_memory(crypto_sign_SECRETKEYBYTES);
  if (!place)
    return error{errc::out_of_memory, "no memory for a key"};
  signing_key key;
  crypto_sign_seed_keypair(octets(key.shown_.bytes.data()),
                           octets(place.get()), octets(seed.data()));
  sodium_mprotect_readonly(place.get());
  key.secret_ = place;
  if (!history.empty() &&
      !leads_to(history.front().from, history, key.shown_))
    return error{errc::invalid_argument,
                 "the keys before it do not lead to it"};
  key.history_ = std::move(history);
  return key;
}

std::span<const std::byte, signing_seed_bytes>
signing_key::seed() const noexcept {
  return std::span<const std::byte, signing_seed_bytes>{secret_.get(),
                                                        signing_seed_bytes};
}

signature signing_key::sign(std::string_view purpose,
                            std::span<const std::byte> message) const {
  const auto all = framed(purpose, message);
  signature result;
  crypto_sign_detached(octets(result.bytes.data()), nullptr,
                       octets(all.data()), all.size(), octets(secret_.get()));
  return result;
}

expected<signing_key> signing_key::make_successor() const {
  if (history_.size() >= max_successions)
    return error{errc::too_large,
                 "a key can have succeeded " +
                     std::to_string(max_successions) +
                     " others: make a new one and give its .pub file to all"
                     " receivers"};
  auto next = generate();
  if (!next)
    return next;
  next->history_ = history_;
  next->history_.push_back(
      {shown_, next->shown_,
       sign(succession_purpose, statement(shown_, next->shown_))});
  return next;
}

bool is_signed(const public_key& by, std::string_view purpose,
               std::span<const std::byte> message, const signature& proof) {
  const auto all = framed(purpose, message);
  return sodium_init() >= 0 &&
         crypto_sign_verify_detached(octets(proof.bytes.data()),
                                     octets(all.data()), all.size(),
                                     octets(by.bytes.data())) == 0;
}

bool leads_to(const public_key& trusted, std::span<const succession> history,
              const public_key& key) {
  if (key == trusted)
    return true;
  if (history.size() > max_successions)
    return false;
  auto at = std::find_if(history.begin(), history.end(), [&](const auto& step) {
    return step.from == trusted;
  });
  auto reached = trusted;
  for (; at != history.end(); ++at) {
    if (at->from != reached ||
        !is_signed(at->from, succession_purpose, statement(at->from, at->to),
                   at->proof))
      return false;
    reached = at->to;
  }
  return reached == key;
}

} // namespace troupe
