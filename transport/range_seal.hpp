// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/blob.hpp"
#include "core/channel_key.hpp"
#include "transport/seal.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace troupe {

/// What sealing adds to a manifest or leaf block: a nonce of 24 bytes before
/// it, an authentication code of 16 bytes after it.
inline constexpr std::size_t object_seal_bytes = 40;
/// What sealing adds to the symbol of a range packet: a salt of 16 bytes
/// before it, an authentication code of 16 bytes after it.
inline constexpr std::size_t symbol_salt_bytes = 16;
inline constexpr std::size_t symbol_code_bytes = 16;

/// Range channels of an encrypted share (docs/wire-format.md, "Sealed range
/// channels"): what their groups, objects and symbols look like to those who
/// do not have the key. The keys are made from the shared one, each for one
/// purpose, and live in locked memory that all copies share. Immutable; any
/// thread; nothing blocks.
class range_seal {
public:
  /// Errors: out_of_memory.
  static expected<range_seal> from(const seal_key& key);

  /// The value that a sealed channel's group is made from: of the first 14
  /// bytes of `id` (channel_id_of()) a permutation that the key chooses, then
  /// zeros. So a sharer finds back what is asked for, and nobody else does.
  hash mask(const hash& id) const noexcept;
  /// What a group's key was made from. Precondition: 14 bytes at least.
  std::array<std::byte, channel_key_bytes>
  unmask(std::span<const std::byte> key) const noexcept;

  /// Seals the object of the channel `id`. The same object gives the same
  /// bytes, so that symbols of several transmissions add up: the nonce is made
  /// from what is sealed.
  std::vector<std::byte> seal(const hash& id,
                              std::span<const std::byte> plain) const;
  /// Errors: bad_key, also for what is too short or another channel's.
  expected<blob> open(const hash& id, std::span<const std::byte> sealed) const;

  /// The key of the symbols of one block.
  struct block_key {
    std::array<std::byte, 32> bytes;
    std::uint32_t tag = 0; ///< stands in their packets for the node's
    block_key() = default;
    block_key(const block_key&) = default;
    block_key& operator=(const block_key&) = default;
    ~block_key(); ///< wipes
  };
  /// Of the block of `block_bytes` bytes below the node of the data channel
  /// `id`, in symbols of `symbol_bytes`.
  block_key key_of(const hash& id, std::uint32_t block_bytes,
                   std::uint16_t symbol_bytes) const;

private:
  struct keys;
  explicit range_seal(std::shared_ptr<const keys> all) : all_(std::move(all)) {}

  std::shared_ptr<const keys> all_;
};

/// Sixteen random bytes for one transmission: with them no two symbols are
/// ever sealed alike, whatever becomes of the file that they are read from.
using symbol_salt = std::array<std::byte, symbol_salt_bytes>;
symbol_salt random_salt();

/// Seals a symbol where it is, together with its packet's header, which stays
/// readable. An ESI may come once with one salt. `code` gets the
/// authentication code.
void seal_symbol(std::span<std::byte> symbol,
                 std::span<std::byte, symbol_code_bytes> code,
                 const range_seal::block_key& key, const symbol_salt& salt,
                 std::uint32_t esi,
                 std::span<const std::byte> header) noexcept;

/// Opens a symbol into `out`, of the same size. False, and `out` is without
/// meaning, for one that was not sealed with that key, salt, ESI and header.
bool open_symbol(std::span<std::byte> out, std::span<const std::byte> sealed,
                 std::span<const std::byte, symbol_code_bytes> code,
                 const range_seal::block_key& key, const symbol_salt& salt,
                 std::uint32_t esi,
                 std::span<const std::byte> header) noexcept;

} // namespace troupe
