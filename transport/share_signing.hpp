// SPDX-License-Identifier: BSD-3-Clause
// Signed shares: what a sharer says with each manifest, and what a receiver
// demands of it.
#pragma once

#include "core/hash.hpp"
#include "transport/seen_versions.hpp"
#include "transport/signed_manifest.hpp"

#include <atomic>
#include <functional>
#include <optional>

namespace troupe {

/// Seconds since 1970.
using unix_clock = std::function<std::int64_t()>;
std::int64_t system_unix_time();

/// How long a signature is good unless a share says otherwise: 7 days.
inline constexpr std::int64_t default_signature_lifetime_s = 7 * 86400;
/// A sharer's clock may be ahead of a receiver's by so much.
inline constexpr std::int64_t clock_tolerance_s = 300;

/// What a sharer signs with. A manifest is signed when it is sent, so that a
/// share that runs for long does not expire: what is sent is good for at least
/// 63/64 of the lifetime. Immutable; any thread.
struct share_signing {
  signing_key key;
  std::uint64_t version = 0;
  /// Instead, where it rises while the share runs: after what is shared was
  /// replaced, since one version has one content. May be nullptr.
  std::shared_ptr<std::atomic<std::uint64_t>> revision = nullptr;
  std::int64_t lifetime_s = default_signature_lifetime_s;
  /// Instead: the same end for all that is sent.
  std::optional<std::int64_t> expires_s;
  /// Share paths of directories: their manifests do not have them.
  std::vector<std::string> directories;
  unix_clock now = system_unix_time;

  /// What is sent for `manifest`, which the index has below `channel`; nothing
  /// if it has no name, and so nothing to sign. Within 1/64 of the lifetime
  /// the same bytes.
  std::optional<std::vector<std::byte>>
  sign(const hash& channel, hash_type type,
       std::span<const std::byte> manifest) const;
};

/// What a receiver insists on. Immutable; any thread.
struct share_trust {
  public_key key;
  /// What was seen before; nullptr: nothing is known nor remembered.
  std::shared_ptr<const seen_versions> memory;
  std::string place; ///< the destination, for `memory`
  unix_clock now = system_unix_time;

  /// Why an object that came as the manifest of `name` is refused; none if it
  /// is what the holder of `key`, or of one that succeeded it, shares now.
  /// Errors: unsigned_share, forged, tampered, mixed_content (another name, or
  /// other content of the same version), rolled_back, expired, not_yet_valid,
  /// unsupported, bad_object; io_error and others when `memory` fails. Reads
  /// the disk.
  error check(const std::string& name, std::span<const std::byte> object) const;

  /// Remembers an object that passed. Errors: those of `memory`. Blocks on the
  /// disk.
  error remember(const std::string& name,
                 std::span<const std::byte> object) const;
};

/// Of two reasons for a refusal the one that tells more: what the holder of
/// the right key signed wins over what anybody can send.
const error& more_telling(const error& a, const error& b) noexcept;

} // namespace troupe
