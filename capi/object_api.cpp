// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/object_call.hpp"
#include "capi/options.hpp"
#include "core/net_tree.hpp"

#include <endian.h>

#include <cstdlib>
#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

/// A listing or tree that is longer is refused before memory is taken for it.
constexpr std::uint64_t most_object_bytes = 64u << 20;

bool are_valid(const lc_ctx_t* ctx, const unsigned char* hash,
               const lc_sync_options_t* opt) {
  return ctx != nullptr && hash != nullptr && is_known(opt);
}

struct call_options {
  lc_ctx_t* ctx;
  lc_stat_t* stats;
  const lc_sync_options_t* opt;
  bool loopback;
};

const unsigned char* octets(const hash& id) {
  return reinterpret_cast<const unsigned char*>(id.bytes.data());
}

/// One object from the channel of `id`. False and errno.
bool receive(const call_options& call, const unsigned char* id, int coding,
             std::uint64_t bytes, const no_cancel& guard, blob& object) {
  object_channel on;
  if (!on.open(call.ctx, id, coding, call.loopback))
    return false;
  receive_limits limits{bytes};
  if (call.opt != nullptr && call.opt->timeout_ms != 0)
    limits.silence = std::chrono::milliseconds{call.opt->timeout_ms};
  received_object got;
  const bool done = receive_object(on, limits, guard, got);
  if (call.stats != nullptr) {
    add(call.stats->byt_gross, got.bytes.size());
    add(call.stats->pkts_io, got.packets);
  }
  object = std::move(got.bytes);
  return done;
}

constexpr int whole_object = LC_CODE_FEC_RQ | LC_CODE_FEC_OTI;

/// All parts of a tree of which `first` has come.
expected<std::vector<std::byte>>
remaining_parts(const call_options& call, hash_type type,
                const object_header& header, const blob& first,
                const no_cancel& guard) {
  const auto view = first.view();
  std::vector<std::byte> object(view.begin(), view.end());
  const auto bytes = object_bytes(header);
  hash root;
  std::memcpy(root.bytes.data(),
              view.data() + net_tree_header_bytes + header.name.size(),
              hash_bytes);
  for (std::uint64_t part = 1; object.size() < bytes; ++part) {
    const auto length =
        std::min<std::uint64_t>(tree_part_bytes, bytes - object.size());
    blob next;
    if (!receive(call, octets(tree_part_hash(type, header, root, part)),
                 whole_object, most_object_bytes, guard, next))
      return from_errno(errno);
    if (next.size() != length)
      return errc::bad_object;
    object.insert(object.end(), next.view().begin(), next.view().end());
  }
  return object;
}

/// The tree that `first`, an object or the first part of one, announces.
expected<merkle_tree> tree_from(const call_options& call, const blob& first,
                                const no_cancel& guard) {
  const auto limit = call.opt != nullptr && call.opt->limit_bytes != 0
                         ? call.opt->limit_bytes
                         : sync_request{}.limit_bytes;
  const auto header = parse_header(first.view(), limit);
  if (!header)
    return header.error();
  if (header->kind() == object_kind::directory)
    return errc::is_directory;
  if (header->kind() == object_kind::symlink)
    return errc::is_symlink;
  const auto front = net_tree_header_bytes + header->name.size();
  const auto type = call.ctx->rep->get().names();
  if (header->size == 0)
    return merkle_tree{};
  const auto object = remaining_parts(call, type, *header, first, guard);
  if (!object)
    return object.error();
  return merkle_tree::parse(
      type, header->size,
      std::span{*object}.subspan(front, shape_of(header->size).tree_bytes()));
}

ssize_t receive_tree(const call_options& call, const unsigned char* id,
                     mtree_t* tree) {
  const no_cancel guard;
  blob first;
  if (!receive(call, id, whole_object, most_object_bytes, guard, first))
    return -1;
  const auto received = tree_from(call, first, guard);
  if (!received)
    return fail(received.error().code, -1);
  if (mtree_init(tree, received->shape().length) != 0)
    return -1;
  std::memcpy(tree->tree, received->bytes().data(), received->bytes().size());
  return static_cast<ssize_t>(first.size());
}

ssize_t receive_directory(const call_options& call, const unsigned char* id,
                          net_tree_t** dir) {
  const no_cancel guard;
  blob object;
  if (!receive(call, id, whole_object, most_object_bytes, guard, object))
    return -1;
  const auto bytes = object.view();
  if (bytes.size() < sizeof(net_tree_t))
    return fail(EBADMSG, -1);
  auto* copy = static_cast<net_tree_t*>(std::malloc(bytes.size()));
  if (copy == nullptr)
    return -1; // with ENOMEM
  std::memcpy(copy, bytes.data(), bytes.size());
  copy->size = be64toh(copy->size);
  copy->namesz = be16toh(copy->namesz);
  const bool is_directory = S_ISDIR(copy->mode);
  // Whoever walks it relies on both lying within what was received.
  if (!is_directory || copy->size > bytes.size() ||
      copy->namesz > bytes.size() - sizeof(net_tree_t)) {
    std::free(copy);
    return fail(is_directory ? EBADMSG : ENOTDIR, -1);
  }
  *dir = copy;
  return static_cast<ssize_t>(bytes.size());
}

ssize_t receive_chunk(const call_options& call, const unsigned char* id,
                      void* data, std::size_t len) {
  const no_cancel guard;
  blob chunk;
  if (!receive(call, id, LC_CODE_FEC_RQ, len, guard, chunk))
    return -1;
  if (chunk.size() > len)
    return fail(EMSGSIZE, -1);
  std::memcpy(data, chunk.view().data(), chunk.size());
  return static_cast<ssize_t>(chunk.size());
}

ssize_t send(const call_options& call, const unsigned char* id, int coding,
             std::span<const std::byte> object) {
  const no_cancel guard;
  object_channel on;
  if (!on.open(call.ctx, id, coding, call.loopback))
    return -1;
  return send_forever(on, object, call.stats, guard);
}

} // namespace

extern "C" {

ssize_t lc_recvtree(lc_ctx_t* ctx, const unsigned char* hash, mtree_t* tree,
                    lc_stat_t* stats, lc_sync_options_t* opt, int flags) {
  if (!are_valid(ctx, hash, opt) || tree == nullptr)
    return fail<ssize_t>(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    return receive_tree({ctx, stats, opt, (flags & NET_LOOPBACK) != 0}, hash,
                        tree);
  });
}

ssize_t lc_recvdir(lc_ctx_t* ctx, const unsigned char* hash, net_tree_t** dir,
                   lc_stat_t* stats, lc_sync_options_t* opt, int flags) {
  if (!are_valid(ctx, hash, opt) || dir == nullptr)
    return fail<ssize_t>(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    return receive_directory({ctx, stats, opt, (flags & NET_LOOPBACK) != 0},
                             hash, dir);
  });
}

ssize_t lc_recvchunk(lc_ctx_t* ctx, const unsigned char* hash, void* data,
                     std::size_t len, lc_stat_t* stats, lc_sync_options_t* opt,
                     int flags) {
  if (!are_valid(ctx, hash, opt) || data == nullptr || len == 0)
    return fail<ssize_t>(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    return receive_chunk({ctx, stats, opt, (flags & NET_LOOPBACK) != 0}, hash,
                         data, len);
  });
}

ssize_t lc_sendtree(lc_ctx_t* ctx, const unsigned char* hash,
                    const mtree_t* tree, lc_stat_t* stats,
                    lc_sync_options_t* opt, int flags) {
  if (!are_valid(ctx, hash, opt) || tree == nullptr || tree->tree == nullptr)
    return fail<ssize_t>(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    object_header header;
    header.size = tree->len;
    auto object = serialise_header(header);
    const auto nodes = std::as_bytes(
        std::span{tree->tree, tree->len > 0 ? tree->nodes * hash_bytes : 0});
    object.insert(object.end(), nodes.begin(), nodes.end());
    return send({ctx, stats, opt, (flags & NET_LOOPBACK) != 0}, hash,
                whole_object, object);
  });
}

ssize_t lc_senddir(lc_ctx_t* ctx, const unsigned char* hash, net_tree_t* dir,
                   lc_stat_t* stats, lc_sync_options_t* opt, int flags) {
  if (!are_valid(ctx, hash, opt) || dir == nullptr)
    return fail<ssize_t>(EINVAL, -1);
  const auto bytes = sizeof(net_tree_t) + dir->size;
  if (bytes < sizeof(net_tree_t) || bytes > most_object_bytes)
    return fail<ssize_t>(EFBIG, -1);
  dir->size = htobe64(dir->size); // programs count on it
  return guarded<ssize_t>(-1, [&] {
    return send({ctx, stats, opt, (flags & NET_LOOPBACK) != 0}, hash,
                whole_object,
                {reinterpret_cast<const std::byte*>(dir), bytes});
  });
}

ssize_t lc_sendchunk(lc_ctx_t* ctx, const unsigned char* hash, const void* data,
                     std::size_t len, lc_stat_t* stats, lc_sync_options_t* opt,
                     int flags) {
  if (!are_valid(ctx, hash, opt) || data == nullptr || len == 0)
    return fail<ssize_t>(EINVAL, -1);
  return guarded<ssize_t>(-1, [&] {
    return send({ctx, stats, opt, (flags & NET_LOOPBACK) != 0}, hash,
                LC_CODE_FEC_RQ,
                {static_cast<const std::byte*>(data), len});
  });
}

} // extern "C"
