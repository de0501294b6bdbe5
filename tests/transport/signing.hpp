// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/hasher.hpp"
#include "core/manifest.hpp"
#include "transport/signing_key.hpp"

namespace troupe::test {

/// The key of the seed n, n, n, ...: for tests only.
inline signing_key key_number(std::uint8_t n) {
  std::array<std::byte, signing_seed_bytes> seed;
  seed.fill(static_cast<std::byte>(n));
  return *signing_key::from_seed(seed);
}

/// Of a file with that name and content.
inline manifest manifest_of(const std::string& name, std::size_t size,
                            std::byte filler) {
  object_header header;
  header.size = size;
  header.metadata.mode = 0100644;
  header.name = name;
  const std::vector<std::byte> chunk(size, filler); // of one chunk
  const auto leaf = hash_of(hash_type::blake2b, chunk);
  const auto tree = *merkle_tree::fold(hash_type::blake2b, size, {&leaf, 1});
  return make_manifest(hash_type::blake2b, 1368, header, tree);
}

} // namespace troupe::test
