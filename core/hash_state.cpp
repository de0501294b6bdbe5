// SPDX-License-Identifier: BSD-3-Clause
#include "core/hash_state.hpp"

#include "core/hasher.hpp"

#include <blake2.h>
#ifdef TROUPE_HAVE_BLAKE3
#include <blake3.h>
#endif

#include <algorithm>
#include <new>

namespace troupe {

namespace {

static_assert(sizeof(blake2b_state) <= hash_state_bytes);
#ifdef TROUPE_HAVE_BLAKE3
static_assert(sizeof(blake3_hasher) <= hash_state_bytes);
#endif

/// No hash that has begun is all zeros: its flags, or its length, are not.
bool is_usable(std::span<const std::byte> state) noexcept {
  return std::any_of(state.begin(), state.end(),
                     [](std::byte each) { return each != std::byte{}; });
}

template <class Engine>
Engine& as(hash_state_memory state) noexcept {
  return *reinterpret_cast<Engine*>(state.data());
}

const std::uint8_t* octets(std::span<const std::byte> bytes) noexcept {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

} // namespace

bool begin_hash(hash_state_memory state, hash_type type,
                std::span<const std::byte> key) noexcept {
  std::fill(state.begin(), state.end(), std::byte{});
  if (type == hash_type::blake2b) {
    if (key.size() > BLAKE2B_KEYBYTES)
      return false;
    auto& engine = *new (state.data()) blake2b_state;
    return (key.empty() ? blake2b_init(&engine, hash_bytes)
                        : blake2b_init_key(&engine, hash_bytes, key.data(),
                                           key.size())) == 0;
  }
#ifdef TROUPE_HAVE_BLAKE3
  if (!key.empty() && key.size() != BLAKE3_KEY_LEN)
    return false;
  auto& engine = *new (state.data()) blake3_hasher;
  if (key.empty())
    blake3_hasher_init(&engine);
  else
    blake3_hasher_init_keyed(&engine, octets(key));
  return true;
#else
  return false;
#endif
}

void update_hash(hash_state_memory state, hash_type type,
                 std::span<const std::byte> data) noexcept {
  if (!is_usable(state))
    return;
  if (type == hash_type::blake2b)
    blake2b_update(&as<blake2b_state>(state), octets(data), data.size());
#ifdef TROUPE_HAVE_BLAKE3
  else
    blake3_hasher_update(&as<blake3_hasher>(state), data.data(), data.size());
#endif
}

bool end_hash(hash_state_memory state, hash_type type, hash& out) noexcept {
  if (!is_usable(state))
    return false;
  auto* to = reinterpret_cast<std::uint8_t*>(out.bytes.data());
  if (type == hash_type::blake2b)
    blake2b_final(&as<blake2b_state>(state), to, hash_bytes);
#ifdef TROUPE_HAVE_BLAKE3
  else
    blake3_hasher_finalize(&as<blake3_hasher>(state), to, hash_bytes);
#endif
  std::fill(state.begin(), state.end(), std::byte{});
  return true;
}

} // namespace troupe
