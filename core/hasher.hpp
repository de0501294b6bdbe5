// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hash.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace troupe {

/// True when this build can compute `type`.
bool is_available(hash_type type) noexcept;

/// The types of this build, the default for sharing first.
std::vector<hash_type> available_hash_types();

/// "blake2b" or "blake3".
std::string_view to_string(hash_type type) noexcept;

/// Reads what to_string writes. False for anything else.
bool from_string(std::string_view text, hash_type& out) noexcept;

/// The unkeyed 32-byte digest of `data`. Precondition: is_available(type).
/// Pure; any thread.
hash hash_of(hash_type type, std::span<const std::byte> data);
hash hash_of(hash_type type, std::string_view text);

/// H(left || right): the parent of two nodes of a merkle tree.
hash hash_pair(hash_type type, const hash& left, const hash& right);

/// Incremental hashing, for values that are concatenated from pieces.
/// Not copyable; one thread at a time.
class hasher {
public:
  explicit hasher(hash_type type);
  /// Keyed: BLAKE2b with 1..64 bytes of key; BLAKE3 needs exactly 32.
  /// An unusable key length throws std::invalid_argument.
  hasher(hash_type type, std::span<const std::byte> key);
  hasher(hasher&&) noexcept;
  hasher& operator=(hasher&&) noexcept;
  ~hasher();

  hasher& update(std::span<const std::byte> data);
  hasher& update(std::string_view text);
  hasher& update(const hash& value);
  /// Eight bytes, little endian, as the part number of a tree is hashed.
  hasher& update_le64(std::uint64_t value);

  /// The digest of all updates. The object is spent afterwards.
  hash finish();

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace troupe
