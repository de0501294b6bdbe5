// SPDX-License-Identifier: BSD-3-Clause
#include "capi/boundary.hpp"
#include "capi/mdex_handle.hpp"
#include "capi/tree_work.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

using namespace troupe;
using namespace troupe::capi;

namespace {

constexpr int known_flags = MDEX_ALIAS | MDEX_OTI | MDEX_RAND | MDEX_RECURSE |
                            MDEX_MOUNT | MDEX_SYMLINK;

/// Absolute, without ".", ".." and double or trailing slashes; symbolic links
/// are not resolved, as the names of a share come from the path as given.
std::filesystem::path canonical(const char* path) {
  auto full = std::filesystem::absolute(path).lexically_normal();
  return full.has_filename() || full == full.root_path() ? full
                                                         : full.parent_path();
}

int fail_to_open(errc reason) {
  // A directory or a link is not an error of the caller's, but not done yet.
  if (reason == errc::is_directory || reason == errc::is_symlink)
    reason = errc::unsupported;
  return fail(reason, -1);
}

void set_directories(mdex_handle& handle, const std::filesystem::path& path) {
  handle.basedir_text = path.string();
  handle.rootdir_text = path.parent_path().string();
  handle.basedir = handle.basedir_text.data();
  handle.basedirlen = handle.basedir_text.size();
  handle.rootdir = handle.rootdir_text.data();
  handle.rootdirlen = handle.rootdir_text.size();
}

int add_file(mdex_t* mdex, const char* name, q_t* q, int flags) {
  const no_cancel guard;
  const auto path = canonical(name);
  auto file = open_file_source(path);
  if (!file)
    return fail_to_open(file.error().code);

  auto origin = std::make_shared<content_origin>();
  origin->bytes = file->bytes;
  origin->path = path.string();
  if (lstat(path.c_str(), &origin->status) == -1)
    return -1;

  object_header header;
  header.size = file->bytes->size();
  header.metadata = file->metadata;
  header.name = path.filename().string();
  if (header.name.size() > std::numeric_limits<std::uint16_t>::max())
    return fail(errc::name_too_long, -1);

  auto& handle = handle_of(mdex);
  const auto tree =
      build_tree(handle.index->type(), file->bytes, q, guard);
  if (!tree)
    return fail(tree.error().code, -1);
  handle.index->add(header, *tree, std::move(origin),
                    (flags & MDEX_ALIAS) != 0);
  count_files(mdex);
  set_directories(handle, path);
  if (handle.stream != nullptr && (handle.debug & MDEX_DEBUG_FILE) != 0)
    std::fprintf(handle.stream, "%s\n", path.c_str());
  return 0;
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
  count_files(mdex);
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
  return guarded(-1, [&] { return add_file(mdex, path, q, flags); });
}

} // extern "C"
