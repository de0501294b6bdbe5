// SPDX-License-Identifier: BSD-3-Clause
// What is read of signatures: signed manifests from the network, key files,
// and what a receiver remembers.
#include "tests/fuzz/fuzz.hpp"
#include "transport/share_signing.hpp"
#include "transport/signing_key_file.hpp"

namespace troupe::fuzz {

namespace {

std::string_view as_text(octets input) {
  return {reinterpret_cast<const char*>(input.data()), input.size()};
}

} // namespace

bool signed_manifest(octets input) {
  const auto value = parse_signed_manifest(input);
  if (!value)
    return false;
  const auto& says = value->says;
  demand(is_signed_manifest(input) && says.history.size() <= max_successions);
  demand(value->covered.size() + signature_bytes == input.size());
  demand(0 <= says.not_before_s && says.not_before_s <= says.expires_s);
  const auto within = manifest_within(input);
  demand(within && within->size() == value->manifest.size());
  // Whoever trusts the key that it names sees whether that signed it.
  share_trust trust;
  trust.key = says.key;
  trust.now = [at = says.not_before_s] { return at; };
  const auto verdict = trust.check(says.name, input);
  demand(is_genuine(*value) == (verdict.code != errc::tampered));
  for (const auto& step : says.history) {
    trust.key = step.from;
    demand(!trust.check(says.name, input).what.empty() ||
           leads_to(step.from, says.history, says.key));
  }
  return true;
}

bool signing_key(octets input) {
  const auto text = as_text(input);
  if (const auto key = parse_public_key(text)) {
    demand(format_public_key(*key) == text && !parse_signing_key(text));
    return true;
  }
  const auto key = parse_signing_key(text);
  if (!key)
    return false;
  demand(text.size() <= max_signing_key_file_bytes);
  const auto& history = key->history();
  demand(history.size() <= max_successions);
  demand(history.empty() ||
         leads_to(history.front().from, history, key->shown()));
  return true;
}

bool seen_version(octets input) {
  const auto seen = parse_seen(as_text(input));
  if (!seen)
    return false;
  const auto again = parse_seen(format_seen(*seen));
  demand(again && *again == *seen);
  return true;
}

} // namespace troupe::fuzz
