// SPDX-License-Identifier: BSD-3-Clause
#include "actors/sharing/indexing.hpp"

#include "core/directory_index.hpp"
#include "core/hasher.hpp"
#include "core/pack_index.hpp"
#include "core/tree_build.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <thread>
#include <unordered_map>

namespace troupe {

namespace {

constexpr std::uint64_t least_remembered_bytes = 256u << 10;

expected<merkle_tree> tree_of(hash_type type,
                              const std::shared_ptr<const source>& file,
                              const tree_cache* trees,
                              const std::stop_token& stop) {
  if (file->size() < least_remembered_bytes)
    trees = nullptr; // reading it takes no longer
  if (auto known = trees ? trees->find(*file, type) : std::nullopt)
    return std::move(*known);
  auto tree = hash_on_all_cores(type, file, stop);
  if (tree && trees)
    trees->put(*file, type, *tree);
  return tree;
}

/// The classic entries of a directory and all that is in it, then its pack and
/// catalogue.
expected<indexed_file> index_tree(share_index& index,
                                  const std::filesystem::path& path,
                                  const std::string& name,
                                  const tree_cache* trees,
                                  const std::stop_token& stop,
                                  const exclude_patterns& exclude) {
  scan_options how{name};
  if (!exclude.empty())
    how.leaves_out = [&exclude](const std::string& entry, bool is_directory) {
      return exclude.match(entry, is_directory);
    };
  auto scan = scan_directory(path, how);
  if (!scan)
    return scan.error();
  std::unordered_map<const scanned_entry*, hash> roots;
  auto ids = index_directory(
      index, *scan, [&](const scanned_entry& entry) -> expected<merkle_tree> {
        auto tree = tree_of(index.type(), entry.content, trees, stop);
        if (tree)
          roots[&entry] = tree->root();
        return tree;
      });
  if (!ids)
    return ids.error();
  indexed_file result{name, ids->bytes, ids->of.front(), ids->files};
  if (index.range_symbol_bytes() == 0)
    return result;

  std::vector<const scanned_entry*> sorted;
  for (const auto& entry : scan->entries)
    sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return path_less(a->path_below, b->path_below);
  });
  std::vector<catalogue_entry> entries;
  std::vector<std::shared_ptr<const source>> files;
  for (const auto* entry : sorted) {
    const bool is_file = entry->header.kind() == object_kind::file;
    const auto root = roots.find(entry);
    entries.push_back({entry->path_below, entry->header.metadata,
                       is_file ? entry->header.size : 0,
                       root == roots.end() ? hash{} : root->second,
                       entry->target});
    files.push_back(entry->content);
  }
  const std::array names{ids->of.front(), hash_of(index.type(), name)};
  const auto made = index_directory_pack(
      index, name, std::move(entries), std::move(files), names,
      [&](const std::shared_ptr<const source>& content) {
        return hash_on_all_cores(index.type(), content, stop);
      });
  if (made != errc::none)
    return error{made, "'" + path.string() + "'"};
  return result;
}

} // namespace

expected<merkle_tree> hash_on_all_cores(hash_type type,
                                        std::shared_ptr<const source> input,
                                        std::stop_token stop) {
  if (input->size() == 0)
    return merkle_tree{};
  tree_build work{type, std::move(input)};
  const auto run = [&work, &stop] {
    while (!stop.stop_requested() &&
           work.hash_next_range() == tree_build::step::more) {
    }
  };
  const auto cores = std::max(std::thread::hardware_concurrency(), 1u);
  const auto helpers = std::min<std::uint64_t>(cores, work.ranges()) - 1;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < helpers; ++i)
      threads.emplace_back(run);
    run();
  }
  if (stop.stop_requested())
    return errc::cancelled;
  return work.finish();
}

std::string share_name(const std::string& text) {
  const auto path = std::filesystem::absolute(text).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

expected<std::vector<indexed_file>>
index_files(share_index& index, const std::vector<std::string>& paths,
            bool recursive, const tree_cache* trees, std::stop_token stop,
            const exclude_patterns& exclude) {
  std::vector<indexed_file> result;
  std::set<std::string> names;
  for (const auto& text : paths) {
    const auto path = std::filesystem::absolute(text).lexically_normal();
    const auto name = share_name(text);
    if (!names.insert(name).second)
      return error{errc::already_exists,
                   "'" + text + "' has the same name as another shared path"};
    auto file = open_file_source(path);
    if (!file && file.error().code == errc::is_directory && recursive) {
      auto directory = index_tree(index, path, name, trees, stop, exclude);
      if (!directory)
        return directory.error();
      result.push_back(std::move(*directory));
      continue;
    }
    if (!file) {
      auto why = file.error();
      if (why.code == errc::is_directory)
        why.what = "'" + text + "' (share directories with -r)";
      else if (why.what.empty())
        why.what = "'" + text + "'";
      return why;
    }
    auto tree = tree_of(index.type(), file->bytes, trees, stop);
    if (!tree)
      return error{tree.error().code, "'" + text + "'"};
    const object_header header{file->bytes->size(), file->metadata, name};
    index.add_file(header, *tree, file->bytes);
    result.push_back({name, header.size, tree->root(), {}});
  }
  return result;
}

} // namespace troupe
