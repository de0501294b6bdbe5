// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/mdex_directory.hpp"
#include "capi/mdex_paths.hpp"
#include "capi/metadata.hpp"

#include <sys/stat.h>

#include <filesystem>

using namespace troupe;
using namespace troupe::capi;

namespace {

constexpr int known_flags = MDEX_ALIAS | MDEX_OTI | MDEX_RAND | MDEX_RECURSE |
                            MDEX_MOUNT | MDEX_SYMLINK;

void report(const mdex_handle& handle, const std::string& share_path) {
  if (handle.stream != nullptr && (handle.debug & MDEX_DEBUG_FILE) != 0)
    std::fprintf(handle.stream, "%s\n", share_path.c_str());
}

int add_file(mdex_handle& handle, const std::filesystem::path& path, q_t* q,
             bool alias, const no_cancel& guard) {
  auto file = open_file_source(path);
  if (!file)
    return fail(file.error().code, -1);
  auto origin = std::make_shared<content_origin>();
  origin->bytes = file->bytes;
  origin->path = path.string();
  if (lstat(path.c_str(), &origin->status) == -1)
    return -1;

  object_header header;
  header.size = file->bytes->size();
  header.metadata = file->metadata;
  header.name = path.filename().string();
  const auto tree = build_tree(handle.index->type(), file->bytes, q, guard);
  if (!tree)
    return fail(tree.error().code, -1);
  handle.index->add(header, *tree, std::move(origin), alias);
  count_files(&handle, 1);
  report(handle, header.name);
  return 0;
}

int add_link(mdex_handle& handle, const std::filesystem::path& path,
             const struct stat& status, bool alias) {
  auto link = std::make_shared<described_object>();
  link->header.name = path.filename().string();
  link->header.metadata = metadata_of(status);
  link->status = status;
  link->object = make_symlink_object(
      link->header, std::filesystem::read_symlink(path).string());
  const auto id = symlink_hash(handle.index->type(), link->header);
  handle.index->add(id, link, alias);
  count_files(&handle, 1);
  report(handle, link->header.name);
  return 0;
}

int add_all(mdex_handle& handle, const std::filesystem::path& path, q_t* q,
            int flags, const no_cancel& guard) {
  directory_call call{handle.index->type(), q, guard};
  call.levels = levels_for(handle, flags);
  call.one_file_system = (flags & MDEX_MOUNT) != 0;
  auto added = read_directory(path, call);
  if (!added)
    return fail(added.error().code, -1);
  added->add_to(*handle.index, path);
  count_files(&handle, added->ids.files + added->ids.links + 1);
  for (const auto& each : added->scan.entries)
    report(handle, each.header.name);
  return 0;
}

int add_path(mdex_t* mdex, const char* name, q_t* q, int flags) {
  const no_cancel guard;
  const auto path = canonical(name);
  struct stat status;
  if (lstat(path.c_str(), &status) == -1)
    return -1;
  auto& handle = handle_of(mdex);
  const bool alias = (flags & MDEX_ALIAS) != 0;
  const auto added =
      S_ISDIR(status.st_mode)   ? add_all(handle, path, q, flags, guard)
      : S_ISLNK(status.st_mode) ? add_link(handle, path, status, alias)
                                : add_file(handle, path, q, alias, guard);
  if (added == 0)
    set_directories(handle, path);
  return added;
}

int add_memory(mdex_t* mdex, void* data, std::size_t len, q_t* q) {
  const no_cancel guard;
  const std::span bytes{static_cast<std::byte*>(data), len};
  auto origin = std::make_shared<content_origin>();
  origin->bytes = make_memory_source(bytes);
  origin->memory = bytes.data();
  object_header header; // all zero but the size: memory
  header.size = len;
  auto& index = index_of(mdex);
  const auto tree = build_tree(index.type(), origin->bytes, q, guard);
  if (!tree)
    return fail(tree.error().code, -1);
  index.add(header, *tree, std::move(origin), false);
  return 0;
}

} // namespace

extern "C" {

int mdex_add(mdex_t* mdex, void* data, std::size_t len, q_t* q, int flags) {
  if (mdex == nullptr || data == nullptr || len == 0 ||
      (flags & ~known_flags) != 0)
    return fail(EINVAL, -1);
  return guarded(-1, [&] { return add_memory(mdex, data, len, q); });
}

int mdex_addfile(mdex_t* mdex, const char* path, q_t* q, int flags) {
  if (mdex == nullptr || path == nullptr || (flags & ~known_flags) != 0)
    return fail(EINVAL, -1);
  if (*path == '\0')
    return fail(ENOENT, -1);
  return guarded(-1, [&] { return add_path(mdex, path, q, flags); });
}

} // extern "C"
