// SPDX-License-Identifier: BSD-3-Clause
#include "capi/mdex_directory.hpp"

#include "capi/boundary.hpp"
#include "capi/mdex_paths.hpp"
#include "capi/metadata.hpp"

#include <algorithm>

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

} // namespace

void read_result::add_to(mdex_index& index,
                         const std::filesystem::path& path) const {
  into_mdex to{index, path};
  // Cannot fail: all trees are there.
  (void)index_directory(index.type(), scan, trees_of(*this), to);
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
        canonical(dir), {default_hash_type(), nullptr, guard});
    if (!read)
      return fail(read.error().code, -1);
    std::copy_n(
        reinterpret_cast<const unsigned char*>(read->ids.of[0].bytes.data()),
        hash_bytes, root);
    return 0;
  });
}

} // extern "C"
