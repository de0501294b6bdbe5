// SPDX-License-Identifier: BSD-3-Clause
#include "transport/share_signing.hpp"

#include "core/channel_key.hpp"
#include "core/hasher.hpp"
#include "core/manifest.hpp"

#include <algorithm>
#include <chrono>

namespace troupe {

namespace {

constexpr std::int64_t renewals = 64; ///< in one lifetime

hash digest(std::span<const std::byte> manifest) {
  return hash_of(hash_type::blake2b, manifest);
}

std::string number_of(const signed_statement& says) {
  return "version " + std::to_string(says.version);
}

int weight(errc code) noexcept {
  switch (code) {
  case errc::none:
    return 0;
  case errc::unsigned_share:
    return 2;
  case errc::forged:
    return 3;
  case errc::tampered:
    return 4;
  case errc::mixed_content:
    return 5;
  case errc::unsupported:
  case errc::rolled_back:
  case errc::expired:
  case errc::not_yet_valid:
    return 6;
  default:
    return 1;
  }
}

/// The key that signs for `trusted` now, as far as is known here.
const public_key& newest(const public_key& trusted,
                         const std::optional<seen_version>& seen) {
  return seen ? seen->key : trusted;
}

error check_time(const signed_statement& says, std::int64_t now) {
  if (now >= says.expires_s)
    return {errc::expired,
            number_of(says) + " was good for " +
                std::to_string(says.expires_s - says.not_before_s) +
                " s and is so no longer: the sharer has to sign it again, or"
                " this host's clock is wrong"};
  if (now < says.not_before_s - clock_tolerance_s)
    return {errc::not_yet_valid,
            number_of(says) + " will be good in " +
                std::to_string(says.not_before_s - now) +
                " s: the clock of this host or of the sharer is wrong"};
  return {};
}

error check_version(const signed_manifest& value,
                    const std::optional<seen_version>& seen) {
  // What was here before is no rollback, whatever its number is.
  if (!seen || value.says.version > seen->version ||
      digest(value.manifest) == seen->manifest)
    return {};
  if (value.says.version == seen->version)
    return {errc::mixed_content,
            number_of(value.says) + " was something else before: the sharer"
            " has to give it a --version of its own"};
  return {errc::rolled_back,
          number_of(value.says) + " came, and version " +
              std::to_string(seen->version) + " was here before: if it is"
              " meant, share it with a higher --version"};
}

} // namespace

std::int64_t system_unix_time() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

std::optional<std::vector<std::byte>>
share_signing::sign(const hash& channel, hash_type type,
                    std::span<const std::byte> manifest) const {
  const auto read = parse_manifest(manifest, ~std::uint64_t{0});
  if (!read)
    return std::nullopt;
  signed_statement says;
  says.name = read->header.name;
  if (read->is_catalogue) {
    const auto named = std::find_if(
        directories.begin(), directories.end(), [&](const auto& name) {
          return channel_id_of(channel_kind::manifest, hash_of(type, name)) ==
                 channel;
        });
    if (named == directories.end())
      return std::nullopt;
    says.name = *named;
  }
  if (says.name.empty())
    return std::nullopt;
  says.capabilities = capability_ranges;
  says.version = revision ? revision->load() : version;
  const auto step = std::max<std::int64_t>(lifetime_s / renewals, 1);
  const auto at = now();
  says.not_before_s = at - at % step;
  says.expires_s = expires_s.value_or(says.not_before_s + lifetime_s);
  // A share may outlive what it was signed for.
  says.not_before_s = std::min(says.not_before_s, says.expires_s);
  return sign_manifest(std::move(says), manifest, key);
}

error share_trust::check(const std::string& name,
                         std::span<const std::byte> object) const {
  if (is_manifest(object))
    return {errc::unsigned_share,
            "what is shared has no signature: share it with --sign"};
  const auto value = parse_signed_manifest(object);
  if (!value)
    return value.error();
  std::optional<seen_version> seen;
  if (memory) {
    auto recalled = memory->recall({place, name, key});
    if (!recalled)
      return recalled.error();
    seen = *recalled;
  }
  const auto& says = value->says;
  if (!leads_to(newest(key, seen), says.history, says.key))
    return {errc::forged,
            "the key " + to_hex(says.key) + " signed it, which is not the"
            " trusted one and does not succeed it"};
  if (!is_genuine(*value))
    return {errc::tampered, "its signature is not of what came"};
  if (says.name != name)
    return {errc::mixed_content, "it is signed for '" + says.name + "'"};
  if ((says.capabilities & 0xffff & ~known_demands) != 0)
    return {errc::unsupported, "it demands what a later version can do"};
  if (auto failed = check_time(says, now()); failed.code != errc::none)
    return failed;
  return check_version(*value, seen);
}

error share_trust::remember(const std::string& name,
                            std::span<const std::byte> object) const {
  const auto value = parse_signed_manifest(object);
  if (!memory || !value)
    return {};
  const auto& says = value->says;
  return memory->remember({place, name, key},
                          {says.key, says.version, digest(value->manifest)});
}

const error& more_telling(const error& a, const error& b) noexcept {
  return weight(b.code) > weight(a.code) ? b : a;
}

} // namespace troupe
