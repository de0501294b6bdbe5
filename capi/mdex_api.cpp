// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/mdex_handle.hpp"

#include "core/hasher.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

using namespace troupe;
using namespace troupe::capi;

namespace {

bool is_key(const void* hash, std::size_t bytes) {
  return hash != nullptr && bytes > 0 && bytes <= hash_bytes;
}

mdex_index::key key_of(const unsigned char* hash, std::size_t bytes) {
  return std::as_bytes(std::span{hash, bytes});
}

} // namespace

extern "C" {

mdex_t* mdex_init(std::size_t entries) {
  return guarded<mdex_t*>(nullptr, [&] {
    auto handle = std::make_unique<mdex_handle>();
    handle->entries = entries;
    handle->pagesz = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    handle->maxdepth = MDEX_DEFAULT_DEPTH;
    return static_cast<mdex_t*>(handle.release());
  });
}

void mdex_free(mdex_t* mdex) {
  if (mdex == nullptr)
    return;
  errno_keeper keep;
  auto& handle = handle_of(mdex);
  if (handle.life.end() && handle.life.drop())
    delete &handle;
}

mdex_t* mdex_acquire(mdex_t* mdex) {
  return mdex != nullptr && handle_of(mdex).life.acquire() ? mdex : nullptr;
}

void mdex_release(mdex_t* mdex) {
  if (mdex == nullptr)
    return;
  errno_keeper keep;
  if (handle_of(mdex).life.drop())
    delete &handle_of(mdex);
}

int mdex_hash_set(mdex_t* mdex, int type) {
  if (mdex == nullptr || (type != HASH_BLAKE2 && type != HASH_BLAKE3))
    return fail(EINVAL, -1);
  const auto wanted =
      type == HASH_BLAKE3 ? hash_type::blake3 : hash_type::blake2b;
  if (!is_available(wanted))
    return fail(ENOTSUP, -1);
  return guarded(-1, [&] {
    return index_of(mdex).set_type(wanted) == errc::none ? 0 : fail(EBUSY, -1);
  });
}

int mdex_put(mdex_t* mdex, const unsigned char* hash, std::size_t hashlen,
             mdex_entry_t* entry) {
  if (mdex == nullptr || !is_key(hash, hashlen))
    return fail(EINVAL, -1);
  if (entry != nullptr && entry->type == MDEX_ALIAS &&
      !is_key(entry->ptr.data, entry->ptr.size))
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    index_of(mdex).put(key_of(hash, hashlen), entry);
    return 0;
  });
}

int mdex_get(mdex_t* mdex, unsigned char* hash, std::size_t hashlen,
             mdex_entry_t* entry) {
  if (mdex == nullptr || !is_key(hash, hashlen))
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    troupe::hash id;
    const auto result =
        index_of(mdex).get(key_of(hash, hashlen), id, entry);
    if (result != errc::none)
      return fail(result, -1);
    std::memcpy(hash, id.bytes.data(), hashlen);
    return 0;
  });
}

int mdex_del(mdex_t* mdex, const unsigned char* hash, std::size_t hashlen) {
  if (mdex == nullptr || !is_key(hash, hashlen))
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    bool was_file = false;
    const auto result =
        index_of(mdex).erase(key_of(hash, hashlen), was_file);
    if (was_file)
      uncount_file(mdex);
    return result == errc::none ? 0 : fail(result, -1);
  });
}

int mdex_alias(mdex_t* mdex, const unsigned char* alias, std::size_t aliaslen,
               const unsigned char* hash, std::size_t hashlen) {
  if (mdex == nullptr || !is_key(alias, aliaslen) || !is_key(hash, hashlen))
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    const auto result = index_of(mdex).alias(key_of(alias, aliaslen),
                                             key_of(hash, hashlen));
    return result == errc::none ? 0 : fail(result, -1);
  });
}

} // extern "C"
