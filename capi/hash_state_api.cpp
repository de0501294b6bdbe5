// SPDX-License-Identifier: BSD-3-Clause
#include "capi/tree_work.hpp"
#include "core/hash_state.hpp"

#include <librecast/crypto.h>

#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

static_assert(sizeof(hash_state) == hash_state_bytes);

hash_state_memory memory_of(hash_state* state) {
  return hash_state_memory{reinterpret_cast<std::byte*>(state),
                           hash_state_bytes};
}

std::span<const std::byte> bytes_at(const void* data, std::size_t bytes) {
  return {static_cast<const std::byte*>(data), bytes};
}

} // namespace

extern "C" {

void hash_init(hash_state* state, const unsigned char* key, std::size_t keylen,
               std::size_t) {
  if (state != nullptr)
    begin_hash(memory_of(state), default_hash_type(),
               bytes_at(key, key == nullptr ? 0 : keylen));
}

void hash_update(hash_state* state, const unsigned char* in,
                 std::size_t inlen) {
  if (state != nullptr && in != nullptr)
    update_hash(memory_of(state), default_hash_type(), bytes_at(in, inlen));
}

void hash_final(hash_state* state, unsigned char* hash, std::size_t hashlen) {
  if (state == nullptr || hash == nullptr || hashlen > hash_bytes)
    return;
  troupe::hash digest;
  if (end_hash(memory_of(state), default_hash_type(), digest))
    std::memcpy(hash, digest.bytes.data(), hashlen);
}

} // extern "C"
