// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_selection.hpp"

#include "core/chunking.hpp"

namespace troupe {

bool tree_selection::is_excluded(const std::string& path,
                                 bool is_directory) const {
  return !exclude.empty() && !path.empty() &&
         exclude.match(what->name + "/" + path, is_directory);
}

is_spared tree_selection::spared(std::optional<struct stat> partial) const {
  if (exclude.empty() && !partial)
    return {};
  return [this, partial](const std::string& path, const struct stat& info) {
    return is_excluded(path, S_ISDIR(info.st_mode)) ||
           (partial && partial->st_ino == info.st_ino &&
            partial->st_dev == info.st_dev);
  };
}

chunk_map tree_selection::unwanted() const {
  if (exclude.empty() || pack_length == 0)
    return {};
  chunk_map result{chunk_count(pack_length)};
  result.insert(0, result.chunks());
  for (const auto& piece : layout) {
    const auto last = (piece.offset + piece.length - 1) / chunk_bytes;
    for (auto chunk = piece.offset / chunk_bytes; chunk <= last; ++chunk)
      result.erase(chunk);
  }
  return result.empty() ? chunk_map{} : result;
}

std::uint64_t tree_selection::bytes() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& piece : layout)
    sum += piece.length;
  return sum;
}

expected<tree_selection> select_entries(std::shared_ptr<const catalogue> what,
                                        exclude_patterns exclude) {
  auto all = pack_layout(what->entries);
  if (!all)
    return errc::bad_object;
  tree_selection result{what, std::move(*all), 0, std::move(exclude)};
  result.pack_length = pack_bytes(result.layout);
  if (result.exclude.empty())
    return result;
  auto wanted = std::make_shared<catalogue>();
  wanted->name = what->name;
  wanted->pack = what->pack;
  std::vector<pack_piece> layout;
  auto piece = result.layout.begin();
  std::string below; // the directory that was excluded last, with a slash
  for (std::size_t i = 0; i < what->entries.size(); ++i) {
    const auto& entry = what->entries[i];
    const bool has_piece = piece != result.layout.end() && piece->entry == i;
    const bool is_in_excluded =
        !below.empty() && entry.path.starts_with(below);
    if (!is_in_excluded &&
        !result.is_excluded(entry.path, entry.is_directory())) {
      if (has_piece)
        layout.push_back({piece->offset, piece->length,
                          wanted->entries.size()});
      wanted->entries.push_back(entry);
    } else if (!is_in_excluded && entry.is_directory()) {
      below = entry.path + "/";
    }
    piece += has_piece;
  }
  result.what = std::move(wanted);
  result.layout = std::move(layout);
  return result;
}

} // namespace troupe
