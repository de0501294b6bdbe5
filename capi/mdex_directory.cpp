// SPDX-License-Identifier: BSD-3-Clause
#include "capi/mdex_directory.hpp"

#include "capi/boundary.hpp"
#include "capi/mdex_paths.hpp"
#include "capi/metadata.hpp"
#include "core/pack_index.hpp"
#include "core/range_index.hpp"

#include <algorithm>
#include <array>
#include <numeric>

using namespace troupe;
using namespace troupe::capi;

namespace troupe::capi {

namespace {

/// For hashes alone.
class into_nothing final : public directory_writer {
public:
  void add_file(const scanned_entry&, const merkle_tree&) override {}
  void put(const hash&, index_entry) override {}
};

class into_mdex final : public directory_writer {
public:
  into_mdex(mdex_index& index, const std::filesystem::path& top)
      : index_(index), top_(top) {}

  void add_file(const scanned_entry& file, const merkle_tree& tree) override {
    auto origin = std::make_shared<content_origin>();
    origin->bytes = file.content;
    origin->path = (top_ / file.path_below).string();
    origin->status = status_of(file.header);
    index_.add(file.header, tree, std::move(origin), true);
  }

  void put(const hash& id, index_entry entry) override {
    const auto* object = std::get_if<indexed_object>(&entry);
    if (object == nullptr)
      return; // the alias, which add() below makes
    auto what = std::make_shared<described_object>();
    what->object = object->bytes;
    what->header = *parse_header(object->bytes.view(), object->bytes.size());
    what->status = status_of(what->header);
    index_.add(id, std::move(what), true);
  }

private:
  mdex_index& index_;
  const std::filesystem::path& top_;
};

entry_tree trees_of(const read_result& read) {
  return [&read](const scanned_entry& entry) {
    const auto number =
        static_cast<std::size_t>(&entry - read.scan.entries.data());
    return expected<merkle_tree>{read.trees[number]};
  };
}

/// The names that the directory as a whole is found by.
std::array<hash, 2> names_of(const read_result& read, hash_type type) {
  return {read.ids.of.front(),
          hash_of(type, read.scan.entries.front().header.name)};
}

/// Errors: those of reading.
error make_pack(read_result& read, const directory_call& call) {
  const auto& entries = read.scan.entries;
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return path_less(entries[a].path_below, entries[b].path_below);
  });
  std::vector<catalogue_entry> described;
  std::vector<std::shared_ptr<const source>> files;
  for (const auto number : order) {
    const auto& entry = entries[number];
    const bool is_file = entry.header.kind() == object_kind::file;
    described.push_back({entry.path_below, entry.header.metadata,
                         is_file ? entry.header.size : 0,
                         is_file ? read.trees[number].root() : hash{},
                         entry.target});
    files.push_back(entry.content);
  }
  auto pack =
      std::make_shared<share_index>(call.type, default_range_symbol_bytes);
  const auto made = index_directory_pack(
      *pack, entries.front().header.name, std::move(described),
      std::move(files), names_of(read, call.type),
      [&](const std::shared_ptr<const source>& content) {
        return build_tree(call.type, content, call.queue, call.guard);
      });
  if (made == errc::none)
    read.pack = std::move(pack);
  // What it cannot say is sent by the classic protocol alone.
  return made == errc::too_large || made == errc::name_too_long ||
                 made == errc::invalid_argument
             ? error{}
             : error{made, {}};
}

} // namespace

void read_result::add_to(mdex_index& index,
                         const std::filesystem::path& path) const {
  into_mdex to{index, path};
  // Cannot fail: all trees are there.
  (void)index_directory(index.type(), scan, trees_of(*this), to);
  if (pack) {
    const auto names = names_of(*this, index.type());
    index.add_pack({names.begin(), names.end()}, pack);
  }
}

expected<read_result> read_directory(const std::filesystem::path& path,
                                     const directory_call& call) {
  read_result read;
  auto scan = scan_directory(path, {{}, call.levels, call.one_file_system});
  if (!scan)
    return scan.error();
  read.scan = std::move(*scan);
  read.trees.resize(read.scan.entries.size());
  for (std::size_t i = 0; i < read.trees.size(); ++i) {
    const auto& content = read.scan.entries[i].content;
    if (!content || content->size() == 0)
      continue;
    auto tree = build_tree(call.type, content, call.queue, call.guard);
    if (!tree)
      return tree.error();
    read.trees[i] = std::move(*tree);
  }
  into_nothing to;
  auto ids = index_directory(call.type, read.scan, trees_of(read), to);
  if (!ids)
    return ids.error();
  read.ids = std::move(*ids);
  if (call.with_pack)
    if (auto failed = make_pack(read, call); failed.code != errc::none)
      return failed;
  return read;
}

std::uint32_t levels_for(const mdex_t& mdex, int flags) {
  if ((flags & MDEX_RECURSE) == 0)
    return 0;
  if (mdex.maxdepth < 0)
    return scan_options{}.levels;
  return static_cast<std::uint32_t>(std::max(mdex.maxdepth, 1)) - 1;
}

} // namespace troupe::capi

extern "C" {

int mdex_directory_root(mdex_t* mdex, const char* dir, unsigned char* root) {
  if (mdex == nullptr || dir == nullptr || root == nullptr)
    return fail(EINVAL, -1);
  mdex_entry_t entry{};
  return guarded(-1, [&] {
    troupe::hash id;
    const auto result = get_alias(handle_of(mdex), dir, id, &entry);
    if (result != errc::none)
      return fail(result, -1);
    if ((entry.type & MDEX_DIR) == 0)
      return fail(ENOTDIR, -1);
    std::copy_n(reinterpret_cast<const unsigned char*>(id.bytes.data()),
                hash_bytes, root);
    return 0;
  });
}

int mdex_get_directory_root(const char* dir, unsigned char* root) {
  if (dir == nullptr || root == nullptr)
    return fail(EINVAL, -1);
  return guarded(-1, [&] {
    const no_cancel guard;
    const auto read = read_directory(
        canonical(dir), {default_hash_type(), nullptr, guard, false});
    if (!read)
      return fail(read.error().code, -1);
    std::copy_n(
        reinterpret_cast<const unsigned char*>(read->ids.of[0].bytes.data()),
        hash_bytes, root);
    return 0;
  });
}

} // extern "C"
