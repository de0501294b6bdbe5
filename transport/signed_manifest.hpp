// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "transport/signing_key.hpp"

#include <cstdint>

namespace troupe {

/// What a sharer signs of a manifest besides the manifest itself.
struct signed_statement {
  /// What a receiver has to be able to do. The lower 16 bits are demands: one
  /// that is not known is a reason to refuse. The upper 16 are hints.
  std::uint32_t capabilities = 0;
  std::uint64_t version = 0;     ///< of the content, ascending
  std::int64_t not_before_s = 0; ///< since 1970
  std::int64_t expires_s = 0;    ///< the first second that is too late
  public_key key;                ///< that signed it
  std::vector<succession> history; ///< of `key`, oldest first
  std::string name;              ///< share path

  friend bool operator==(const signed_statement&,
                         const signed_statement&) = default;
};

/// Demands: content comes by range channels, version 1.
inline constexpr std::uint32_t capability_ranges = 1;
/// All demands that this version meets.
inline constexpr std::uint32_t known_demands = capability_ranges;

/// A signed manifest as it came. Nothing of it is true until is_genuine().
struct signed_manifest {
  signed_statement says;
  std::span<const std::byte> manifest; ///< in the bytes that were parsed
  std::span<const std::byte> covered;  ///< by `proof`
  signature proof;
};

/// Whether an object begins as a signed manifest does.
bool is_signed_manifest(std::span<const std::byte> object) noexcept;

/// Signs `manifest` (serialise() of one): docs/wire-format.md, "Signed
/// manifest". `says.key` and `says.history` become those of `key`. The same
/// input gives the same bytes. Precondition: says.name is no longer than
/// max_name_bytes.
std::vector<std::byte> sign_manifest(signed_statement says,
                                     std::span<const std::byte> manifest,
                                     const signing_key& key);

/// Takes a signed manifest apart; the result refers to `object`. Errors:
/// bad_object; unsupported for a later version.
expected<signed_manifest>
parse_signed_manifest(std::span<const std::byte> object);

/// Whether the key that it names signed it as it is.
bool is_genuine(const signed_manifest& value);

/// The manifest in `object`: itself, or the one that is signed. Errors: as
/// parse_signed_manifest().
expected<std::span<const std::byte>>
manifest_within(std::span<const std::byte> object);

} // namespace troupe
