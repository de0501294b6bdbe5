// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/errc.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

// Ed25519 (RFC 8032) as libsodium's crypto_sign(3) has it. Everything here is
// pure computation and may run on any thread.

inline constexpr std::size_t public_key_bytes = 32;
inline constexpr std::size_t signature_bytes = 64;
/// What a secret key is made from.
inline constexpr std::size_t signing_seed_bytes = 32;
/// Keys that one key can have succeeded; an older one has to be replaced at
/// the receivers.
inline constexpr std::size_t max_successions = 8;

/// What a receiver has of a sharer's key. Not secret; a value.
struct public_key {
  std::array<std::byte, public_key_bytes> bytes{};
  friend bool operator==(const public_key&, const public_key&) = default;
};

/// 64 lower-case hexadecimal digits.
std::string to_hex(const public_key& key);
/// Reads 64 lower-case hexadecimal digits. False for anything else.
bool from_hex(std::string_view text, public_key& out) noexcept;

struct signature {
  std::array<std::byte, signature_bytes> bytes{};
  friend bool operator==(const signature&, const signature&) = default;
};

/// "Who trusts `from` may trust `to`", signed with `from`.
struct succession {
  public_key from;
  public_key to;
  signature proof;
  friend bool operator==(const succession&, const succession&) = default;
};

/// A secret key, with the keys that it succeeded. Lives in one place of memory
/// that is not swapped out, if the limit on locked memory allows, is left out
/// of core dumps, and is wiped when the last copy goes. Copies share it.
class signing_key {
public:
  /// A new random one, which succeeds none. Errors: out_of_memory, internal.
  static expected<signing_key> generate();
  /// The one that `seed` makes, which the caller wipes. `history` is the
  /// oldest succession first. Errors: also invalid_argument when `history`
  /// does not lead to this key.
  static expected<signing_key>
  from_seed(std::span<const std::byte, signing_seed_bytes> seed,
            std::vector<succession> history = {});

  const public_key& shown() const noexcept { return shown_; }
  const std::vector<succession>& history() const noexcept { return history_; }
  /// Secret. Not to be copied but into a key file.
  std::span<const std::byte, signing_seed_bytes> seed() const noexcept;

  /// Signs `purpose`, a zero byte and `message`. No purpose begins with
  /// another, so what is signed for one is never valid for another.
  signature sign(std::string_view purpose,
                 std::span<const std::byte> message) const;

  /// A new random key that succeeds this one. Errors: as generate(), and
  /// too_large after max_successions.
  expected<signing_key> make_successor() const;

private:
  signing_key() = default;

  std::shared_ptr<const std::byte> secret_; ///< seed, then the public key
  public_key shown_;
  std::vector<succession> history_;
};

/// Whether `proof` is what sign() of the key `by` gives.
bool is_signed(const public_key& by, std::string_view purpose,
               std::span<const std::byte> message, const signature& proof);

/// Whether `key` is `trusted` or has succeeded it, each step signed.
bool leads_to(const public_key& trusted, std::span<const succession> history,
              const public_key& key);

} // namespace troupe
