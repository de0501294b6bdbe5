// SPDX-License-Identifier: BSD-3-Clause
#include "core/pack_index.hpp"

#include "core/pack.hpp"

namespace troupe {

namespace {

/// Whether receivers will take it.
errc check(const std::string& name,
           std::span<const catalogue_entry> entries) noexcept {
  if (entries.size() > max_catalogue_entries)
    return errc::too_large;
  if (name.find('/') != name.npos || !is_beneath(name) || entries.empty() ||
      !entries.front().path.empty())
    return errc::invalid_argument;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].path.size() > max_path_bytes)
      return errc::name_too_long;
    if (!is_beneath(entries[i].path) ||
        !path_less(entries[i - 1].path, entries[i].path))
      return errc::invalid_argument;
  }
  return errc::none;
}

} // namespace

errc index_directory_pack(share_index& index, std::string name,
                          std::vector<catalogue_entry> entries,
                          std::vector<std::shared_ptr<const source>> files,
                          std::span<const hash> names,
                          const tree_maker& make_tree) {
  if (const auto result = check(name, entries); result != errc::none)
    return result;
  catalogue all;
  all.name = std::move(name);
  all.entries = std::move(entries);
  const auto layout = pack_layout(all.entries);
  if (!layout || files.size() != all.entries.size())
    return errc::invalid_argument;
  std::vector<std::shared_ptr<const source>> content;
  content.reserve(layout->size());
  for (const auto& piece : *layout)
    content.push_back(std::move(files[piece.entry]));
  const std::shared_ptr<const source> pack =
      make_pack_source(*layout, std::move(content));

  object_header header;
  header.size = pack->size();
  merkle_tree tree;
  if (header.size > 0) {
    auto made = make_tree(pack);
    if (!made)
      return made.error().code;
    tree = std::move(*made);
    index.add_memory(tree, pack);
  }
  all.pack =
      make_manifest(index.type(), index.range_symbol_bytes(), header, tree);

  const std::shared_ptr<const source> described =
      make_blob_source(blob{serialise(all)});
  auto description = make_tree(described);
  if (!description)
    return description.error().code;
  index.add_catalogue(*description, described, names);
  return errc::none;
}

} // namespace troupe
