// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/blob.hpp"
#include "core/errc.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace troupe {

/// Bytes of the secret that sharer and receivers have in common.
inline constexpr std::size_t seal_key_bytes = 32;

/// What sealing adds to an object: an authentication code of 16 bytes before
/// it, a nonce of 24 bytes after it.
inline constexpr std::size_t seal_overhead_bytes = 40;

/// The shared secret. Lives in one place of memory that is not swapped out,
/// if the limit on locked memory allows, and is wiped when the last copy goes.
/// Copies are cheap and share that place. Any thread.
class seal_key {
public:
  /// Takes the first seal_key_bytes of `secret`, which the caller wipes.
  /// Errors: invalid_argument for fewer, out_of_memory.
  static expected<seal_key> from_bytes(std::span<const std::byte> secret);

  // No move: a key is never empty.
  seal_key(const seal_key&) = default;
  seal_key& operator=(const seal_key&) = default;

  /// The secret. Not to be copied elsewhere.
  std::span<const std::byte, seal_key_bytes> bytes() const noexcept {
    return std::span<const std::byte, seal_key_bytes>{secret_.get(),
                                                      seal_key_bytes};
  }

  /// Compares in constant time.
  friend bool operator==(const seal_key& a, const seal_key& b) noexcept;

private:
  explicit seal_key(std::shared_ptr<const std::byte> secret)
      : secret_(std::move(secret)) {}

  std::shared_ptr<const std::byte> secret_;
};

/// Encrypts and authenticates: code (16) || ciphertext || nonce (24), which is
/// XSalsa20-Poly1305 as libsodium's crypto_secretbox_easy(3) has it. The nonce
/// is random, so no two results are equal. Any thread; does not block.
blob seal(std::span<const std::byte> plain, const seal_key& key);

/// The same into `out`, which has plain.size() + seal_overhead_bytes bytes and
/// does not overlap `plain`.
void seal_into(std::span<std::byte> out, std::span<const std::byte> plain,
               const seal_key& key);

/// What was sealed, if it was sealed with `key` and is unchanged. Errors:
/// bad_key, which may mean either, also for what is too short.
expected<blob> unseal(std::span<const std::byte> sealed, const seal_key& key);

} // namespace troupe
