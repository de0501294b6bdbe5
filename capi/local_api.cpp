// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/monitor.hpp"
#include "capi/options.hpp"
#include "core/chunking.hpp"
#include "core/local_sync.hpp"

#include <librecast/sync.h>

#include <cstring>

using namespace troupe;
using namespace troupe::capi;

namespace {

// Programs pass either.
constexpr int recurse_flags = int{SYNC_RECURSE} | int{MDEX_RECURSE};

constexpr int known_flags = SYNC_LOOPBACK | SYNC_SUBDIR | SYNC_OWNER |
                            SYNC_GROUP | SYNC_MODE | SYNC_MTIME | SYNC_ATIME |
                            recurse_flags;

/// Copies the chunks of src that differ, and counts them.
void copy_differences(std::byte* dst, const std::byte* src, std::size_t n,
                      lc_stat_t& done) {
  for (std::uint64_t i = 0; i < chunk_count(n); ++i) {
    const auto chunk = chunk_range(n, i);
    ++done.chunks_tot;
    if (std::memcmp(dst + chunk.offset, src + chunk.offset, chunk.length) == 0)
      continue;
    std::memcpy(dst + chunk.offset, src + chunk.offset, chunk.length);
    ++done.chunks_io;
    done.byt_info += chunk.length;
  }
}

void add_stats(const lc_stat_t& done, lc_stat_t* stats) {
  if (stats == nullptr)
    return;
  add(stats->byt_info, done.byt_info);
  add(stats->chunks_tot, done.chunks_tot);
  add(stats->chunks_io, done.chunks_io);
}

int sync_files(const char* dst, const char* src, lc_stat_t* stats, int flags) {
  const no_cancel guard;
  local_sync_options options;
  options.metadata = {(flags & SYNC_OWNER) != 0, (flags & SYNC_GROUP) != 0,
                      (flags & SYNC_MODE) != 0, (flags & SYNC_MTIME) != 0,
                      (flags & SYNC_ATIME) != 0};
  options.recurse = (flags & recurse_flags) != 0;
  options.go_on = [&guard] {
    guard.test();
    return true;
  };
  const auto report = sync_local(src, dst, options);
  if (!report)
    return fail(report.error().code, -1);
  lc_stat_t done{};
  done.byt_info = report->bytes_copied;
  done.chunks_tot = report->chunks;
  done.chunks_io = report->chunks_copied;
  add_stats(done, stats);
  return 0;
}

void cut_slashes(char* path) {
  for (auto length = std::strlen(path); length > 1 && path[length - 1] == '/';)
    path[--length] = '\0';
}

} // namespace

extern "C" {

int lc_memsync(void* dst, void* src, std::size_t n, q_t*, lc_stat_t* stats,
               lc_sync_options_t* opt, int flags) {
  if (dst == nullptr || src == nullptr || n == 0 || !is_known(opt) ||
      (flags & ~known_flags) != 0)
    return fail(EINVAL, -1);
  lc_stat_t done{};
  copy_differences(static_cast<std::byte*>(dst),
                   static_cast<const std::byte*>(src), n, done);
  add_stats(done, stats);
  return 0;
}

int lc_syncfilelocal(const char* dst, char* src, q_t*, lc_stat_t* stats,
                     lc_sync_options_t* opt, int flags) {
  if (dst == nullptr || src == nullptr || *dst == '\0' || *src == '\0' ||
      !is_known(opt) || (flags & ~known_flags) != 0)
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    const std::string from{src};
    cut_slashes(src);
    return sync_files(dst, from.c_str(), stats, flags);
  });
}

} // extern "C"
