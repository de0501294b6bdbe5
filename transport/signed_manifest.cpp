// SPDX-License-Identifier: BSD-3-Clause
#include "transport/signed_manifest.hpp"

#include "core/big_endian.hpp"
#include "core/net_tree.hpp"

#include <algorithm>
#include <cstring>

namespace troupe {

namespace {

constexpr std::string_view purpose = "troupe/manifest/1";

// Where each field is; numbers are big-endian.
constexpr std::array<char, 7> magic{'t', 'r', 'o', 'u', 'p', 'e', 'S'};
constexpr std::size_t at_version = 7;
constexpr std::size_t at_algorithm = 8;
constexpr std::size_t at_successions = 9;
constexpr std::size_t at_name_bytes = 10;
constexpr std::size_t at_capabilities = 12;
constexpr std::size_t at_content_version = 16;
constexpr std::size_t at_not_before = 24;
constexpr std::size_t at_expires = 32;
constexpr std::size_t at_key = 40;
constexpr std::size_t at_manifest_bytes = 72;
constexpr std::size_t at_rest = 76;
constexpr auto version = std::byte{1};
constexpr auto ed25519 = std::byte{1};
constexpr std::int64_t latest_s = std::int64_t{1} << 48; // no sum overflows
constexpr std::size_t succession_bytes =
    2 * public_key_bytes + signature_bytes;

template <std::size_t N>
void take(std::span<const std::byte>& from, std::array<std::byte, N>& to) {
  std::copy_n(from.begin(), N, to.begin());
  from = from.subspan(N);
}

} // namespace

bool is_signed_manifest(std::span<const std::byte> object) noexcept {
  return object.size() >= magic.size() &&
         std::memcmp(object.data(), magic.data(), magic.size()) == 0;
}

std::vector<std::byte> sign_manifest(signed_statement says,
                                     std::span<const std::byte> manifest,
                                     const signing_key& key) {
  says.key = key.shown();
  says.history = key.history();
  std::vector<std::byte> out(at_rest);
  std::memcpy(out.data(), magic.data(), magic.size());
  out[at_version] = version;
  out[at_algorithm] = ed25519;
  out[at_successions] = static_cast<std::byte>(says.history.size());
  put_be(&out[at_name_bytes], 2, says.name.size());
  put_be(&out[at_capabilities], 4, says.capabilities);
  put_be(&out[at_content_version], 8, says.version);
  put_be(&out[at_not_before], 8,
         static_cast<std::uint64_t>(says.not_before_s));
  put_be(&out[at_expires], 8, static_cast<std::uint64_t>(says.expires_s));
  std::copy(says.key.bytes.begin(), says.key.bytes.end(),
            out.begin() + at_key);
  put_be(&out[at_manifest_bytes], 4, manifest.size());
  const auto append = [&out](std::span<const std::byte> bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
  };
  for (const auto& step : says.history) {
    append(step.from.bytes);
    append(step.to.bytes);
    append(step.proof.bytes);
  }
  append(std::as_bytes(std::span{says.name}));
  append(manifest);
  append(key.sign(purpose, out).bytes);
  return out;
}

expected<signed_manifest>
parse_signed_manifest(std::span<const std::byte> object) {
  if (object.size() < at_rest || !is_signed_manifest(object))
    return error{errc::bad_object, "this is no signed manifest"};
  if (object[at_version] != version || object[at_algorithm] != ed25519)
    return error{errc::unsupported, "a signed manifest of a later version"};
  const auto steps = std::to_integer<std::size_t>(object[at_successions]);
  const auto name_bytes =
      static_cast<std::size_t>(get_be(object.subspan(at_name_bytes, 2)));
  const auto manifest_bytes =
      static_cast<std::size_t>(get_be(object.subspan(at_manifest_bytes, 4)));
  if (steps > max_successions ||
      object.size() != at_rest + steps * succession_bytes + name_bytes +
                           manifest_bytes + signature_bytes)
    return error{errc::bad_object, "a signed manifest of the wrong length"};
  signed_manifest result;
  auto& says = result.says;
  says.capabilities =
      static_cast<std::uint32_t>(get_be(object.subspan(at_capabilities, 4)));
  says.version = get_be(object.subspan(at_content_version, 8));
  says.not_before_s =
      static_cast<std::int64_t>(get_be(object.subspan(at_not_before, 8)));
  says.expires_s =
      static_cast<std::int64_t>(get_be(object.subspan(at_expires, 8)));
  if (says.not_before_s < 0 || says.expires_s < says.not_before_s ||
      says.expires_s > latest_s)
    return error{errc::bad_object, "a signed manifest with impossible times"};
  auto key = object.subspan(at_key, public_key_bytes);
  take(key, says.key.bytes);
  auto rest = object.subspan(at_rest);
  says.history.resize(steps);
  for (auto& step : says.history) {
    take(rest, step.from.bytes);
    take(rest, step.to.bytes);
    take(rest, step.proof.bytes);
  }
  says.name.assign(reinterpret_cast<const char*>(rest.data()), name_bytes);
  result.manifest = rest.subspan(name_bytes, manifest_bytes);
  result.covered = object.first(object.size() - signature_bytes);
  rest = object.last(signature_bytes);
  take(rest, result.proof.bytes);
  return result;
}

bool is_genuine(const signed_manifest& value) {
  return is_signed(value.says.key, purpose, value.covered, value.proof);
}

expected<std::span<const std::byte>>
manifest_within(std::span<const std::byte> object) {
  if (!is_signed_manifest(object))
    return object;
  const auto value = parse_signed_manifest(object);
  if (!value)
    return value.error();
  return value->manifest;
}

} // namespace troupe
