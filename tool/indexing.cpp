// SPDX-License-Identifier: BSD-3-Clause
#include "tool/indexing.hpp"

#include "core/tree_build.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <thread>

namespace troupe::tool {

namespace {

expected<merkle_tree> hash_on_all_cores(hash_type type,
                                        std::shared_ptr<const source> input) {
  if (input->size() == 0)
    return merkle_tree{};
  tree_build work{type, std::move(input)};
  const auto run = [&work] {
    while (work.hash_next_range() == tree_build::step::more) {
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
  return work.finish();
}

expected<merkle_tree> tree_of(hash_type type,
                              const std::shared_ptr<const source>& file,
                              const tree_cache* trees) {
  if (auto known = trees ? trees->find(*file, type) : std::nullopt)
    return std::move(*known);
  auto tree = hash_on_all_cores(type, file);
  if (tree && trees)
    trees->put(*file, type, *tree);
  return tree;
}

} // namespace

expected<std::vector<indexed_file>>
index_files(share_index& index, const std::vector<std::string>& paths,
            const tree_cache* trees) {
  std::vector<indexed_file> result;
  std::set<std::string> names;
  for (const auto& text : paths) {
    const auto path = std::filesystem::absolute(text).lexically_normal();
    const auto name =
        (path.has_filename() ? path : path.parent_path()).filename().string();
    if (!names.insert(name).second)
      return error{errc::already_exists,
                   "'" + text + "' has the same name as another shared path"};
    auto file = open_file_source(path);
    if (!file) {
      auto why = file.error();
      if (why.code == errc::is_directory)
        why = {errc::unsupported,
               "'" + text + "' is a directory; only files can be shared"};
      else if (why.what.empty())
        why.what = "'" + text + "'";
      return why;
    }
    auto tree = tree_of(index.type(), file->bytes, trees);
    if (!tree)
      return error{tree.error().code, "'" + text + "'"};
    const object_header header{file->bytes->size(), file->metadata, name};
    index.add_file(header, *tree, file->bytes);
    result.push_back({name, header.size, tree->root()});
  }
  return result;
}

} // namespace troupe::tool
