// SPDX-License-Identifier: BSD-3-Clause
#include "core/tree_comparison.hpp"

#include "core/chunking.hpp"
#include "core/file_attributes.hpp"
#include "core/tree_build.hpp"
#include "core/tree_place.hpp"
#include "core/tree_rest.hpp"

#include <algorithm>

namespace troupe {

namespace {

class comparison final : public tree_comparison {
public:
  comparison(tree_place where, tree_selection wanted, const tree_memory* memory,
             std::optional<struct stat> partial)
      : where_(std::move(where)), wanted_(std::move(wanted)),
        partial_(partial) {
    bool is_any = false;
    for (const auto& piece : wanted_.layout) {
      files_.push_back(old_file_of(where_, *wanted_.what, piece.entry));
      is_any = is_any || files_.back();
    }
    if (is_any)
      old_ = make_pack_source(wanted_.layout, files_, wanted_.pack_length);
    if (struct stat top {};
        memory != nullptr && where_.root() &&
        where_.root()->fstat(where_.root().get(), top) == 0)
      known_ = memory->recall(identity_of(top));
  }

  std::shared_ptr<const source> old() const override { return old_; }

  chunk_map unchanged() const override {
    if (wanted_.layout.empty() || known_.empty())
      return {};
    chunk_map result{chunk_count(wanted_.pack_length)};
    result.insert(0, result.chunks());
    for (const auto& piece : wanted_.layout)
      if (!is_known(piece.entry))
        for (auto chunk = first_of(piece); chunk <= last_of(piece); ++chunk)
          result.erase(chunk);
    return result;
  }

  std::vector<entry_change> changes(const sync_plan& plan,
                                    const metadata_choice& choice,
                                    bool delete_others) const override {
    const auto other = other_content(plan);
    return changes_in(
        where_, *wanted_.what, [&](std::size_t i) { return other[i]; }, choice,
        delete_others, wanted_.spared(partial_));
  }

private:
  static std::uint64_t first_of(const pack_piece& piece) {
    return piece.offset / chunk_bytes;
  }
  static std::uint64_t last_of(const pack_piece& piece) {
    return (piece.offset + piece.length - 1) / chunk_bytes;
  }

  bool is_known(std::size_t entry) const {
    const auto& wanted = wanted_.what->entries[entry];
    const auto one = known_.find(wanted.path);
    return where_.is_file(entry) && one != known_.end() &&
           one->second.root == wanted.root &&
           one->second.file == identity_of(*where_.at(entry)) &&
           one->second.file.size == wanted.size;
  }

  /// By entry: whether a file has other content than is shared.
  std::vector<bool> other_content(const sync_plan& plan) const {
    std::vector<bool> result(wanted_.what->entries.size());
    if (plan.nothing_to_do)
      return result;
    for (std::size_t i = 0; i < wanted_.layout.size(); ++i) {
      const auto& piece = wanted_.layout[i];
      if (!is_kept(piece, plan))
        result[piece.entry] = !has_root(i);
    }
    return result;
  }

  static bool is_kept(const pack_piece& piece, const sync_plan& plan) {
    for (auto chunk = first_of(piece); chunk <= last_of(piece); ++chunk)
      if (!plan.keep.contains(chunk))
        return false;
    return true;
  }

  /// Whether a file by itself has the content that its root says: its chunks
  /// may differ for the sake of others that are in them.
  bool has_root(std::size_t piece) const {
    const auto& wanted = wanted_.what->entries[wanted_.layout[piece].entry];
    const auto& file = files_[piece];
    if (!file || file->size() != wanted.size)
      return false;
    return troupe::has_root(wanted_.what->pack.type, file, wanted.root);
  }

  tree_place where_;
  tree_selection wanted_;
  std::optional<struct stat> partial_;
  std::vector<std::shared_ptr<const source>> files_; ///< by piece
  std::shared_ptr<const source> old_;
  known_files known_;
};

} // namespace

expected<std::shared_ptr<const tree_comparison>>
tree_comparison::open(const std::filesystem::path& path, tree_selection wanted,
                      const tree_memory* memory,
                      const std::filesystem::path& partial_dir) {
  auto where = tree_place::look(posix_file_system(), path, *wanted.what);
  if (!where)
    return where.error();
  std::optional<struct stat> partial;
  if (struct stat info {};
      !partial_dir.empty() && ::stat(partial_dir.c_str(), &info) == 0)
    partial = info;
  return std::shared_ptr<const tree_comparison>{std::make_shared<comparison>(
      std::move(*where), std::move(wanted), memory, partial)};
}

} // namespace troupe
