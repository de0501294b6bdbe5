// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_rest.hpp"

#include "core/file_place.hpp"
#include "core/hasher.hpp"

#include <fcntl.h>

#include <algorithm>
#include <set>

namespace troupe {

namespace {

bool find_rest_of(const tree_place& where, const catalogue& what,
                  const pack_piece& piece, const std::string& name,
                  tree_rest& rest, chunk_map& chunks) {
  const auto file = where.workshop().open(name.c_str(),
                                          O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  struct stat info {};
  if (!file || file->fstat(file.get(), info) != 0 || !is_ours(info, S_IFREG))
    return false;
  const auto there = chunks_with_data(
      file, std::min(static_cast<std::uint64_t>(info.st_size), piece.length));
  if (there.empty())
    return false;
  rest.files[piece.entry] = std::make_shared<const resumed_source>(
      old_file_of(where, what, piece.entry),
      make_beneath_source(where.shared_workshop(), name, info), there,
      resumed_source::covered::is_lost);
  for (auto chunk = there.next(0); chunk < there.chunks();
       chunk = there.next(chunk + 1)) {
    const auto range = chunk_range(piece.length, chunk);
    const auto first = (piece.offset + range.offset) / chunk_bytes;
    const auto last =
        (piece.offset + range.offset + range.length - 1) / chunk_bytes;
    chunks.insert(first, last + 1 - first);
  }
  return true;
}

} // namespace

std::string name_in_workshop(const catalogue_entry& entry) {
  return to_hex(hash_of(hash_type::blake2b, entry.path));
}

std::shared_ptr<const source> old_file_of(const tree_place& where,
                                          const catalogue& what,
                                          std::size_t entry) {
  if (!where.is_file(entry))
    return nullptr;
  return make_beneath_source(where.shared_root(), what.entries[entry].path,
                             *where.at(entry));
}

tree_rest find_tree_rest(const tree_place& where,
                         const tree_selection& wanted) {
  tree_rest rest;
  const auto& workshop = where.workshop();
  std::vector<std::string> names;
  if (!workshop || workshop->names(workshop.get(), names) != 0)
    return rest;
  std::set<std::string> others{names.begin(), names.end()};
  const auto& what = *wanted.what;
  chunk_map chunks{wanted.pack_length == 0 ? 0
                                           : chunk_count(wanted.pack_length)};
  for (const auto& piece : wanted.layout)
    if (const auto name =
            others.find(name_in_workshop(what.entries[piece.entry]));
        name != others.end() &&
        find_rest_of(where, what, piece, *name, rest, chunks))
      others.erase(name);
  for (const auto& each : others)
    if (workshop->unlinkat(workshop.get(), each.c_str(), 0) != 0 &&
        errno == EISDIR)
      remove_tree(workshop, each.c_str());
  if (!chunks.empty())
    rest.chunks = std::make_shared<const chunk_map>(std::move(chunks));
  return rest;
}

} // namespace troupe
