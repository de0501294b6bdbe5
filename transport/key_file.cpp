// SPDX-License-Identifier: BSD-3-Clause
#include "transport/key_file.hpp"

#include "transport/secret_file.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace troupe {

namespace {

constexpr std::size_t line_bytes = 4096;
constexpr std::string_view domain = "troupe: key from password, 1";

std::string quoted(const std::filesystem::path& path) {
  return "'" + path.string() + "'";
}

using salt = std::array<unsigned char, crypto_pwhash_SALTBYTES>;

template <std::size_t N>
expected<seal_key> stretch(std::string_view password, const salt& with,
                           unsigned long long passes, std::size_t memory) {
  static_assert(N >= seal_key_bytes);
  if (sodium_init() < 0)
    return error{errc::internal, "libsodium cannot be used"};
  secret_bytes<N> made;
  if (crypto_pwhash(reinterpret_cast<unsigned char*>(made.bytes.data()), N,
                    password.data(), password.size(), with.data(), passes,
                    memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return error{errc::out_of_memory,
                 "making a key from a password takes " +
                     std::to_string(memory >> 20) + " MiB"};
  return seal_key::from_bytes(made.bytes);
}

/// What of a name is the share's own: a file in a shared directory is
/// `share/path`.
std::string_view top_of(std::string_view name) {
  while (name.starts_with('/'))
    name.remove_prefix(1);
  return name.substr(0, name.find('/'));
}

template <class Derive>
expected<seal_key> from_first_line(const std::filesystem::path& path,
                                   Derive derive) {
  secret_bytes<line_bytes + 1> text;
  const auto size = read_secret_start(path, text.bytes);
  if (!size)
    return size.error();
  const auto line = text.chars(*size);
  const auto end = std::min(line.find('\n'), line.size());
  if (end > line_bytes)
    return error{errc::invalid_argument,
                 quoted(path) + " has a line that is too long for a password"};
  auto key = derive(line.substr(0, end));
  if (!key && key.error().code == errc::invalid_argument)
    return error{errc::invalid_argument,
                 quoted(path) + ": " + key.error().what};
  return key;
}

} // namespace

expected<seal_key> read_key_file(const std::filesystem::path& path) {
  secret_bytes<key_file_bytes> text;
  const auto size = read_secret_start(path, text.bytes);
  if (!size)
    return size.error();
  if (*size < key_file_bytes)
    return error{errc::invalid_argument,
                 quoted(path) + " is no key file: it has " +
                     std::to_string(*size) + " bytes, not " +
                     std::to_string(key_file_bytes)};
  return seal_key::from_bytes(text.bytes);
}

expected<seal_key> derive_key(std::string_view password,
                              std::string_view share_name) {
  if (password.empty())
    return error{errc::invalid_argument, "the password is empty"};
  const auto name = top_of(share_name);
  salt made{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, made.size());
  for (const auto part : {domain, std::string_view{"\0", 1}, name})
    crypto_generichash_update(
        &state, reinterpret_cast<const unsigned char*>(part.data()),
        part.size());
  crypto_generichash_final(&state, made.data(), made.size());
  return stretch<seal_key_bytes>(password, made,
                                 crypto_pwhash_argon2id_OPSLIMIT_MODERATE,
                                 crypto_pwhash_argon2id_MEMLIMIT_MODERATE);
}

expected<seal_key> derive_librecast_key(std::string_view password) {
  if (password.size() < 2)
    return error{errc::invalid_argument, "the password is too short"};
  password.remove_suffix(1);
  salt made{};
  crypto_generichash(made.data(), made.size(),
                     reinterpret_cast<const unsigned char*>(password.data()),
                     password.size(), nullptr, 0);
  return stretch<key_file_bytes>(password, made,
                                 crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE,
                                 crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE);
}

expected<seal_key> read_password_file(const std::filesystem::path& path,
                                      std::string_view share_name) {
  return from_first_line(path, [&](std::string_view password) {
    return derive_key(password, share_name);
  });
}

expected<seal_key>
read_librecast_password_file(const std::filesystem::path& path) {
  return from_first_line(path, derive_librecast_key);
}

} // namespace troupe
