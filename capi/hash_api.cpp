// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/metadata.hpp"
#include "capi/tree_work.hpp"

#include "core/net_tree.hpp"

#include <librecast/mdex.h>
#include <librecast/mtree.h>
#include <librecast/net.h>

#include <algorithm>

using namespace troupe;
using namespace troupe::capi;

namespace {

std::span<const std::byte> bytes_at(const void* data, std::size_t bytes) {
  return {static_cast<const std::byte*>(data), bytes};
}

/// A shorter hash is the beginning of the whole one, with either function.
void write(const hash& from, unsigned char* to, std::size_t bytes) {
  std::memcpy(to, from.bytes.data(), std::min(bytes, hash_bytes));
}

bool is_output(const void* hash, std::size_t bytes) {
  return hash != nullptr && bytes > 0 && bytes <= hash_bytes;
}

hash root_of(const mtree_t& tree) {
  hash root;
  std::memcpy(root.bytes.data(), tree.tree, hash_bytes);
  return root;
}

/// As basename(3) has it: slashes at the end do not count.
std::string_view last_component(std::string_view path) {
  if (path.empty())
    return ".";
  const auto end = path.find_last_not_of('/');
  if (end == path.npos)
    return "/";
  path = path.substr(0, end + 1);
  return path.substr(path.rfind('/') + 1); // npos + 1 is 0
}

} // namespace

extern "C" {

int lc_hash_type(void) {
  return default_hash_type() == hash_type::blake3 ? HASH_BLAKE3 : HASH_BLAKE2;
}

int hash_generic(unsigned char* hash, std::size_t hashlen,
                 const unsigned char* in, std::size_t inlen) {
  if (!is_output(hash, hashlen) || (in == nullptr && inlen > 0))
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    write(hash_of(default_hash_type(), bytes_at(in, inlen)), hash, hashlen);
    return 0;
  });
}

int hash_generic_key(unsigned char* hash, std::size_t hashlen,
                     const unsigned char* in, std::size_t inlen,
                     const unsigned char* key, std::size_t keylen) {
  const auto type = default_hash_type();
  if (!is_output(hash, hashlen) || (in == nullptr && inlen > 0) ||
      (key == nullptr && keylen > 0) ||
      (type == hash_type::blake2b && keylen > 64))
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    const auto secret = bytes_at(key, keylen);
    const bool keyed = type == hash_type::blake2b && keylen > 0;
    auto state = keyed ? hasher{type, secret} : hasher{type};
    state.update(bytes_at(in, inlen));
    if (type == hash_type::blake3)
      state.update(secret);
    write(state.finish(), hash, hashlen);
    return 0;
  });
}

void hash_hex_debug(FILE* stream, const unsigned char* hash,
                    std::size_t hashlen) {
  if (stream == nullptr || hash == nullptr)
    return;
  char hex[HEXLEN];
  const auto bytes = std::min<std::size_t>(hashlen, HASHSIZE);
  std::fprintf(stream, "%s\n", hash_bin2hex(hex, sizeof(hex), hash, bytes));
}

char* hash_bin2hex(char* hex, std::size_t hexlen, const unsigned char* bin,
                   std::size_t binlen) {
  if (hex == nullptr || (bin == nullptr && binlen > 0))
    return fail<char*>(EINVAL, nullptr);
  if (hexlen == 0 || binlen > (hexlen - 1) / 2)
    return fail<char*>(ERANGE, nullptr);
  constexpr char digits[] = "0123456789abcdef";
  auto* to = hex;
  for (std::size_t i = 0; i < binlen; ++i) {
    *to++ = digits[bin[i] >> 4];
    *to++ = digits[bin[i] & 15];
  }
  *to = '\0';
  return hex;
}

void lc_hashtoaddr(in6_addr* addr, const unsigned char* hash,
                   std::size_t hashlen, unsigned char flags) {
  if (addr == nullptr || (hash == nullptr && hashlen > 0))
    return;
  addr->s6_addr[0] = 0xff;
  addr->s6_addr[1] = flags;
  std::copy_n(hash, std::min<std::size_t>(hashlen, 14), addr->s6_addr + 2);
}

void mdex_aliashash(const char* path, unsigned char* hash, std::size_t len) {
  if (path != nullptr && is_output(hash, len))
    write(hash_of(default_hash_type(), std::string_view{path}), hash, len);
}

int mdex_tree_hash(unsigned char* hash, std::size_t len, mtree_t* tree,
                   std::size_t n) {
  if (!is_output(hash, len) || tree == nullptr || tree->tree == nullptr)
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    write(memory_part_hash(default_hash_type(), root_of(*tree), n), hash, len);
    return 0;
  });
}

void mdex_hash_entry(unsigned char* hash, std::size_t len, const char* path,
                     struct stat* sb, mdex_hash_t* dir, int entries) {
  if (!is_output(hash, len) || entries < 0)
    return;
  guarded(0, [&] {
    hasher state{default_hash_type()};
    if (path != nullptr)
      state.update(last_component(path));
    if (sb != nullptr)
      state.update(stat_bits(metadata_of(*sb)));
    if (dir != nullptr)
      state.update(bytes_at(dir, static_cast<std::size_t>(entries) * HASHSIZE));
    write(state.finish(), hash, len);
    return 0;
  });
}

void mdex_tree_hash_sb(unsigned char* hash, std::size_t len, mtree_t* tree,
                       std::size_t n, struct stat* sb, const char* sharepath) {
  if (!is_output(hash, len))
    return;
  guarded(0, [&] {
    hasher state{default_hash_type()};
    if (sharepath != nullptr)
      state.update(relative_path(sharepath));
    if (tree != nullptr && tree->tree != nullptr && tree->len > 0)
      state.update(root_of(*tree)).update_le64(n);
    if (sb != nullptr)
      state.update(stat_bits(metadata_of(*sb)));
    write(state.finish(), hash, len);
    return 0;
  });
}

} // extern "C"
