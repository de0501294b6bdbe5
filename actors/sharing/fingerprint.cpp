// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sharing/fingerprint.hpp"

#include "core/hasher.hpp"

#include <fts.h>
#include <sys/stat.h>

#include <memory>
#include <string>

namespace troupe {

namespace {

void add(hasher& sum, const struct stat& info) {
  for (const auto value :
       {static_cast<std::uint64_t>(info.st_dev),
        static_cast<std::uint64_t>(info.st_ino),
        static_cast<std::uint64_t>(info.st_mode),
        static_cast<std::uint64_t>(info.st_uid),
        static_cast<std::uint64_t>(info.st_gid),
        static_cast<std::uint64_t>(info.st_size),
        static_cast<std::uint64_t>(info.st_mtim.tv_sec),
        static_cast<std::uint64_t>(info.st_mtim.tv_nsec),
        static_cast<std::uint64_t>(info.st_ctim.tv_sec),
        static_cast<std::uint64_t>(info.st_ctim.tv_nsec)})
    sum.update_le64(value);
}

} // namespace

hash fingerprint_of(const std::filesystem::path& path,
                    const std::stop_token& stop, const std::string& name,
                    const exclude_patterns& exclude) {
  hasher sum{hash_type::blake2b};
  auto root = path.string();
  while (root.size() > 1 && root.back() == '/')
    root.pop_back();
  char* const roots[] = {root.data(), nullptr};
  // No chdir(2): other threads have the same working directory.
  const std::unique_ptr<FTS, int (*)(FTS*)> walk{
      ::fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, nullptr), &::fts_close};
  while (auto* entry = walk ? ::fts_read(walk.get()) : nullptr) {
    if (stop.stop_requested())
      break;
    if (entry->fts_info == FTS_DP)
      continue; // a directory for the second time
    if (!exclude.empty() && entry->fts_level > 0 &&
        exclude.match(name + (entry->fts_path + root.size()),
                      entry->fts_info == FTS_D)) {
      ::fts_set(walk.get(), entry, FTS_SKIP);
      continue;
    }
    sum.update(std::string_view{entry->fts_path, entry->fts_pathlen});
    sum.update_le64(entry->fts_info);
    if (entry->fts_info != FTS_NS && entry->fts_info != FTS_ERR)
      add(sum, *entry->fts_statp);
  }
  return sum.finish();
}

} // namespace troupe
