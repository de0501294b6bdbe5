// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/options.hpp"
#include "capi/sync_call.hpp"

#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

constexpr int known_flags = SYNC_LOOPBACK | SYNC_SUBDIR | SYNC_OWNER |
                            SYNC_GROUP | SYNC_MODE | SYNC_MTIME | SYNC_ATIME |
                            SYNC_RECURSE;

bool are_valid(const lc_ctx_t* ctx, const lc_sync_options_t* opt, int flags) {
  return ctx != nullptr && is_known(opt) && (flags & ~known_flags) == 0;
}

/// A request for what `hash` names: HASHSIZE bytes.
sync_request request_for(const unsigned char* hash) {
  sync_request request;
  request.id.emplace();
  std::memcpy(request.id->bytes.data(), hash, hash_bytes);
  return request;
}

void add_stats(const sync_report& report, lc_stat_t* stats) {
  if (stats == nullptr)
    return;
  const auto& from = report.stats;
  add(stats->byt_gross, from.first_object_bytes + from.bytes_fetched);
  add(stats->byt_info, from.bytes_replaced);
  add(stats->chunks_tot, from.chunks);
  add(stats->chunks_io, from.chunks_fetched);
  add(stats->chunks_fail, from.chunks_rejected);
  add(stats->pkts_io, from.packets);
  add(stats->sym_origin, from.symbols_source);
  add(stats->sym_repair, from.symbols_repair);
}

/// How each function differs: where the object goes, and what it returns.
using make_sink = std::function<expected<std::shared_ptr<sink>>()>;
using result_of = std::uint64_t (*)(const sync_stats&);

ssize_t sync(lc_ctx_t* ctx, sync_request request, const make_sink& destination,
             q_t* q, lc_stat_t* stats, const lc_sync_options_t* opt, int flags,
             result_of result) {
  const no_cancel guard;
  int error = 0;
  const auto call = ctx->rep->enter(error);
  if (!call)
    return fail<ssize_t>(error, -1);
  auto to = destination();
  if (!to)
    return fail<ssize_t>(to.error().code, -1);
  request.destination = std::move(*to);
  request.metadata = {(flags & SYNC_OWNER) != 0, (flags & SYNC_GROUP) != 0,
                      (flags & SYNC_MODE) != 0, (flags & SYNC_MTIME) != 0,
                      (flags & SYNC_ATIME) != 0};
  request.receive.interface_index = ctx->rep->get().interface_index;
  request.receive.loopback = (flags & SYNC_LOOPBACK) != 0;
  apply(opt, request);

  const auto report = sync_call::run(*call, std::move(request), q, guard);
  add_stats(report, stats);
  if (!report.ok())
    return fail<ssize_t>(report.failure.code, -1);
  return static_cast<ssize_t>(result(report.stats));
}

ssize_t sync_file(lc_ctx_t* ctx, sync_request request, const char* path,
                  q_t* q, lc_stat_t* stats, const lc_sync_options_t* opt,
                  int flags) {
  const auto to_file = [path]() -> expected<std::shared_ptr<sink>> {
    auto file = make_file_sink(path);
    if (!file)
      return file.error();
    return std::shared_ptr<sink>{std::move(*file)};
  };
  return sync(ctx, std::move(request), to_file, q, stats, opt, flags,
              [](const sync_stats& s) { return s.first_object_bytes; });
}

} // namespace

extern "C" {

ssize_t lc_sync(lc_ctx_t* ctx, const unsigned char* hash, void* data,
                std::size_t len, q_t* q, lc_stat_t* stats,
                lc_sync_options_t* opt, int flags) {
  if (!are_valid(ctx, opt, flags) || hash == nullptr ||
      (data == nullptr && len > 0))
    return fail<ssize_t>(EINVAL, -1);
  const auto to_memory = [&]() -> expected<std::shared_ptr<sink>> {
    return std::shared_ptr<sink>{
        make_memory_sink({static_cast<std::byte*>(data), len})};
  };
  return guarded<ssize_t>(-1, [&] {
    return sync(ctx, request_for(hash), to_memory, q, stats, opt, flags,
                [](const sync_stats& s) { return s.bytes_replaced; });
  });
}

ssize_t lc_syncfile(lc_ctx_t* ctx, const unsigned char* hash,
                    const char* pathname, q_t* q, lc_stat_t* stats,
                    lc_sync_options_t* opt, int flags) {
  if (!are_valid(ctx, opt, flags) || hash == nullptr || pathname == nullptr)
    return fail<ssize_t>(EINVAL, -1);
  if (*pathname == '\0')
    return fail<ssize_t>(ENOENT, -1);
  return guarded<ssize_t>(-1, [&] {
    return sync_file(ctx, request_for(hash), pathname, q, stats, opt, flags);
  });
}

ssize_t lc_syncfile_hash(lc_ctx_t* ctx, char* src, const char* dst, q_t* q,
                         lc_stat_t* stats, lc_sync_options_t* opt, int flags) {
  if (!are_valid(ctx, opt, flags) || src == nullptr || dst == nullptr)
    return fail<ssize_t>(EINVAL, -1);
  if (const auto bytes = std::strlen(src); bytes > 0 && src[bytes - 1] == '/')
    src[bytes - 1] = '\0';
  if (*src == '\0')
    return fail<ssize_t>(EINVAL, -1);
  if (*dst == '\0')
    return fail<ssize_t>(ENOENT, -1);
  return guarded<ssize_t>(-1, [&] {
    sync_request request;
    request.name = src;
    return sync_file(ctx, std::move(request), dst, q, stats, opt, flags);
  });
}

} // extern "C"
