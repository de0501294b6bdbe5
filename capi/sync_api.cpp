// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/options.hpp"
#include "capi/sync_call.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

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
using set_destination = std::function<errc(sync_request&)>;
using result_of = std::uint64_t (*)(const sync_stats&);

/// What the context says; errors: EINVAL without the key that it asks for.
errc take_over(const context::settings& settings, sync_request& request) {
  request.receive.interface_index = settings.interface_index;
  request.type = settings.type;
  auto key = settings.encryption();
  if (!key)
    return key.error().code;
  request.key = std::move(*key);
  return errc::none;
}

ssize_t sync(lc_ctx_t* ctx, sync_request request,
             const set_destination& destination, q_t* q, lc_stat_t* stats,
             const lc_sync_options_t* opt, int flags, result_of result) {
  const no_cancel guard;
  int error = 0;
  const auto call = ctx->rep->enter(error);
  if (!call)
    return fail<ssize_t>(error, -1);
  if (const auto e = take_over(ctx->rep->get(), request); e != errc::none)
    return fail<ssize_t>(e, -1);
  if (const auto e = destination(request); e != errc::none)
    return fail<ssize_t>(e, -1);
  request.metadata = {(flags & SYNC_OWNER) != 0, (flags & SYNC_GROUP) != 0,
                      (flags & SYNC_MODE) != 0, (flags & SYNC_MTIME) != 0,
                      (flags & SYNC_ATIME) != 0};
  request.receive.loopback = (flags & SYNC_LOOPBACK) != 0;
  apply(opt, request);

  const auto report = sync_call::run(*call, std::move(request), q, guard);
  add_stats(report, stats);
  if (!report.ok())
    return fail<ssize_t>(report.failure.code, -1);
  return static_cast<ssize_t>(result(report.stats));
}

/// What can be known before the object is: that its name has a place to be.
errc check_place(const std::filesystem::path& path, bool may_be_directory) {
  std::error_code failed;
  const auto there = std::filesystem::status(path, failed);
  if (std::filesystem::is_directory(there))
    return may_be_directory ? errc::none : errc::is_directory;
  auto parent = path.parent_path();
  const auto above =
      std::filesystem::status(parent.empty() ? "." : parent, failed);
  if (!std::filesystem::exists(above))
    return failed.value() == ENOENT || failed.value() == 0
               ? errc::not_found
               : from_errno(failed.value());
  return std::filesystem::is_directory(above) ? errc::none
                                              : errc::not_directory;
}

ssize_t sync_file(lc_ctx_t* ctx, sync_request request, const char* path,
                  bool is_content, q_t* q, lc_stat_t* stats,
                  const lc_sync_options_t* opt, int flags) {
  const bool recursive = (flags & SYNC_RECURSE) != 0;
  const auto to_file = [&](sync_request& to) {
    to.tree.emplace();
    to.tree->destination = path;
    to.tree->recursive = recursive;
    to.tree->below_own_name = recursive && !is_content;
    return check_place(path, recursive);
  };
  const auto settings = ctx->rep->get();
  const auto bytes =
      sync(ctx, std::move(request), to_file, q, stats, opt, flags,
           [](const sync_stats& s) {
             return std::max<std::uint64_t>(s.first_object_bytes, 1);
           });
  if (bytes >= 0 && settings.file_log() != nullptr)
    std::fprintf(settings.file_log(), "%s\n", path);
  return bytes;
}

} // namespace

extern "C" {

ssize_t lc_sync(lc_ctx_t* ctx, const unsigned char* hash, void* data,
                std::size_t len, q_t* q, lc_stat_t* stats,
                lc_sync_options_t* opt, int flags) {
  if (!are_valid(ctx, opt, flags) || hash == nullptr ||
      (data == nullptr && len > 0))
    return fail<ssize_t>(EINVAL, -1);
  const auto to_memory = [&](sync_request& request) {
    request.destination =
        make_memory_sink({static_cast<std::byte*>(data), len});
    return errc::none;
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
    return sync_file(ctx, request_for(hash), pathname, false, q, stats, opt,
                     flags);
  });
}

ssize_t lc_syncfile_hash(lc_ctx_t* ctx, char* src, const char* dst, q_t* q,
                         lc_stat_t* stats, lc_sync_options_t* opt, int flags) {
  if (!are_valid(ctx, opt, flags) || src == nullptr || dst == nullptr)
    return fail<ssize_t>(EINVAL, -1);
  const auto bytes = std::strlen(src);
  const bool is_content = bytes > 0 && src[bytes - 1] == '/';
  if (is_content)
    src[bytes - 1] = '\0';
  if (*src == '\0')
    return fail<ssize_t>(EINVAL, -1);
  if (*dst == '\0')
    return fail<ssize_t>(ENOENT, -1);
  return guarded<ssize_t>(-1, [&] {
    sync_request request;
    request.name = src;
    return sync_file(ctx, std::move(request), dst, is_content, q, stats, opt,
                     flags);
  });
}

} // extern "C"
