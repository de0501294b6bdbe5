// SPDX-License-Identifier: BSD-3-Clause
// Fuzzing entry points, one for each parser that reads octets of strangers:
// from the network, or from files that somebody else may have written.
//
// Each takes any octets at all. What its parser promises is demanded, so that
// a broken promise ends the process as a crash does. `scripts/fuzz` runs them
// with libFuzzer; replay_test.cpp runs them in the normal tests, over the
// corpora and what it makes of those by damaging them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::fuzz {

using octets = std::span<const std::byte>;

/// Ends the process if a promise was broken.
inline void demand(bool truth) {
  if (!truth)
    std::abort();
}

/// Takes an input apart; past its end everything is zero.
class reader {
public:
  explicit reader(octets input) : rest_(input) {}

  /// A number of so many octets, at most 8; most significant first.
  std::uint64_t take(unsigned count) {
    std::uint64_t value = 0;
    for (; count > 0; --count) {
      value <<= 8;
      if (!rest_.empty()) {
        value |= std::to_integer<std::uint64_t>(rest_.front());
        rest_ = rest_.subspan(1);
      }
    }
    return value;
  }
  /// The next octets, or as many as there are.
  octets take_some(std::size_t count) {
    const auto part = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(part.size());
    return part;
  }
  octets rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

private:
  octets rest_;
};

// Whether the parser took it for sound. docs/wire-format.md has the formats.
bool packet(octets input);       ///< classic packets
bool range_packet(octets input); ///< of range channels, and positions
bool report(octets input);       ///< MLD, and what a sharer makes of it
bool header(octets input);       ///< what begins every object
bool listing(octets input);      ///< directories and links of librecast hosts
bool tree(octets input);         ///< nodes of a tree
bool tree_parts(octets input);   ///< a tree in parts, and out of order
bool manifest(octets input);
bool leaves(octets input);
bool catalogue(octets input);
bool sealed(octets input);       ///< packets of an encrypted share
bool token(octets input);        ///< of the C API's channel filters
bool symbols(octets input);      ///< packets as the C API reads them
bool key_file(octets input);
bool signed_manifest(octets input);
bool signing_key(octets input);     ///< key files, secret and public
bool seen_version(octets input);    ///< what a receiver remembers
bool tree_cache(octets input);
bool tree_memory(octets input);
bool journal(octets input);      ///< of a change in place
bool session(octets input);      ///< a session file, as text

struct entry_point {
  std::string_view name;
  bool (*run)(octets);
};

inline constexpr auto entry_points = std::to_array<entry_point>({
    {"packet", packet},
    {"range_packet", range_packet},
    {"report", report},
    {"header", header},
    {"listing", listing},
    {"tree", tree},
    {"tree_parts", tree_parts},
    {"manifest", manifest},
    {"leaves", leaves},
    {"catalogue", catalogue},
    {"sealed", sealed},
    {"token", token},
    {"symbols", symbols},
    {"key_file", key_file},
    {"signed_manifest", signed_manifest},
    {"signing_key", signing_key},
    {"seen_version", seen_version},
    {"tree_cache", tree_cache},
    {"tree_memory", tree_memory},
    {"journal", journal},
    {"session", session},
});

} // namespace troupe::fuzz
