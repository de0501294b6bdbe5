// SPDX-License-Identifier: BSD-3-Clause
#include "core/hash_many.hpp"

#include "core/blake2b_many.hpp"
#include "core/hasher.hpp"

#include <algorithm>
#include <array>

namespace troupe {

namespace {

using input = std::span<const std::byte>;

/// Inputs listed on the stack at a time: enough that a last round with idle
/// lanes does not count, for inputs of one length none.
constexpr std::size_t group_size = 64;
static_assert(group_size % blake2b_lanes_max == 0);

} // namespace

void hash_many(hash_type type, std::span<const input> inputs,
               std::span<hash> out) {
  if (type == hash_type::blake2b)
    return blake2b_hash_many(blake2b_fastest(), inputs, out);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    out[i] = hash_of(type, inputs[i]);
}

void hash_chunks(hash_type type, std::span<const std::byte> data,
                 std::size_t chunk_bytes, std::span<hash> out) {
  std::array<input, group_size> group;
  while (!out.empty()) {
    const auto count = std::min(group.size(), out.size());
    for (auto& each : std::span{group}.first(count)) {
      each = data.first(std::min(chunk_bytes, data.size()));
      data = data.subspan(each.size());
    }
    hash_many(type, std::span{group}.first(count), out.first(count));
    out = out.subspan(count);
  }
}

std::size_t verify_many(hash_type type, std::span<const input> inputs,
                        std::span<const hash> expected,
                        std::span<bool> matches) {
  std::array<hash, group_size> group;
  std::size_t sound = 0;
  for (std::size_t first = 0; first < inputs.size(); first += group.size()) {
    const auto count = std::min(group.size(), inputs.size() - first);
    hash_many(type, inputs.subspan(first, count),
              std::span{group}.first(count));
    for (std::size_t i = 0; i < count; ++i) {
      matches[first + i] = group[i] == expected[first + i];
      sound += matches[first + i] ? 1 : 0;
    }
  }
  return sound;
}

} // namespace troupe
