// SPDX-License-Identifier: BSD-3-Clause
#include "core/share_index.hpp"

#include "core/hasher.hpp"
#include "core/index_rows.hpp"
#include "core/range_index.hpp"

#include <unordered_map>

namespace troupe {

namespace {

/// Aliases of aliases that are followed; more is taken for a circle.
constexpr int max_alias_hops = 8;

/// Chunks longer than this are no chunks, but put() takes any range.
constexpr std::uint32_t max_row_length = (1u << 30) - 1;

/// Values by number. A number is free for another value once it is released.
template <class T>
class numbered {
public:
  std::uint32_t add(T value) {
    if (free_.empty()) {
      values_.push_back(std::move(value));
      return static_cast<std::uint32_t>(values_.size() - 1);
    }
    const auto number = free_.back();
    free_.pop_back();
    values_[number] = std::move(value);
    return number;
  }
  void release(std::uint32_t number) {
    values_[number] = T{};
    free_.push_back(number);
  }
  T& operator[](std::uint32_t number) { return values_[number]; }
  const T& operator[](std::uint32_t number) const { return values_[number]; }

private:
  std::vector<T> values_;
  std::vector<std::uint32_t> free_;
};

} // namespace

struct share_index::rep {
  struct counted_source {
    std::shared_ptr<const source> from;
    std::uint64_t rows = 0;
  };

  index_rows rows;
  numbered<index_entry> entries; ///< objects and aliases
  numbered<counted_source> sources;
  std::unordered_map<const source*, std::uint32_t> source_numbers;
  std::vector<index_row> dropped; ///< reused by insert()

  void insert(const index_row& row) {
    rows.insert(row, dropped);
    for (const auto& each : dropped)
      release(each);
    dropped.clear();
  }

  void release(const index_row& row) {
    if (row.what == index_row::other)
      entries.release(row.slot);
    if ((row.what != index_row::chunk && row.what != index_row::range) ||
        --sources[row.slot].rows > 0)
      return;
    source_numbers.erase(sources[row.slot].from.get());
    sources.release(row.slot);
  }

  void put_bytes(const hash& id, std::uint32_t number, byte_range range,
                 index_row::kind what) {
    ++sources[number].rows;
    index_row row{id, range.offset, number};
    row.what = what & 3u;
    row.length = static_cast<std::uint32_t>(range.length) & max_row_length;
    insert(row);
  }

  void put_other(const hash& id, index_entry entry) {
    insert({id, 0, entries.add(std::move(entry)), index_row::other, 0});
  }

  /// A source without rows must get one before the next insert().
  std::uint32_t number_of(const std::shared_ptr<const source>& from) {
    const auto [at, is_new] = source_numbers.try_emplace(from.get(), 0);
    if (is_new)
      at->second = sources.add({from, 0});
    return at->second;
  }

  void put_chunks(const merkle_tree& tree,
                  const std::shared_ptr<const source>& content) {
    const auto length = tree.shape().length;
    if (length == 0)
      return;
    const auto number = number_of(content);
    for (std::uint64_t chunk = 0; chunk < tree.shape().chunks; ++chunk)
      put_bytes(tree.leaf(chunk), number, chunk_range(length, chunk),
                index_row::chunk);
  }

  index_entry entry_of(const index_row& row) const {
    if (row.what == index_row::other)
      return entries[row.slot];
    if (row.what == index_row::range)
      return indexed_range{sources[row.slot].from, {row.offset, row.length}};
    return indexed_chunk{sources[row.slot].from, {row.offset, row.length}};
  }
};

share_index::share_index(hash_type type, std::uint16_t range_symbol_bytes)
    : type_(type), range_symbol_bytes_(range_symbol_bytes),
      rep_(std::make_unique<rep>()) {}
share_index::share_index(const share_index& other)
    : object_directory(other), type_(other.type_),
      range_symbol_bytes_(other.range_symbol_bytes_), rep_(std::make_unique<rep>(*other.rep_)) {}
share_index::share_index(share_index&&) noexcept = default;
share_index& share_index::operator=(share_index other) noexcept {
  type_ = other.type_;
  range_symbol_bytes_ = other.range_symbol_bytes_;
  rep_ = std::move(other.rep_);
  return *this;
}
share_index::~share_index() = default;

std::size_t share_index::size() const {
  return rep_->rows.size();
}

void share_index::put(const hash& id, index_entry entry) {
  if (const auto* chunk = std::get_if<indexed_chunk>(&entry);
      chunk != nullptr && chunk->range.length <= max_row_length)
    rep_->put_bytes(id, rep_->number_of(chunk->from), chunk->range,
                    index_row::chunk);
  else if (const auto* range = std::get_if<indexed_range>(&entry);
           range != nullptr && range->range.length <= max_row_length)
    rep_->put_bytes(id, rep_->number_of(range->from), range->range,
                    index_row::range);
  else
    rep_->put_other(id, std::move(entry));
}

bool share_index::erase(const hash& id) {
  if (rep_->rows.find(id.bytes) == nullptr)
    return false;
  rep_->insert({id, 0, 0, index_row::gone, 0});
  return true;
}

std::optional<index_entry> share_index::get(const hash& id) const {
  const auto* row = rep_->rows.find(id.bytes);
  if (row == nullptr)
    return std::nullopt;
  return rep_->entry_of(*row);
}

std::optional<object_directory::found>
share_index::find(std::span<const std::byte> key) const {
  if (key.empty() || key.size() > hash_bytes)
    return std::nullopt;
  const auto* row = rep_->rows.find(key);
  for (auto hops = 0; row != nullptr && hops <= max_alias_hops; ++hops) {
    auto entry = rep_->entry_of(*row);
    const auto* alias = std::get_if<indexed_alias>(&entry);
    if (alias == nullptr)
      return found{row->id, std::move(entry)};
    row = rep_->rows.find(alias->target.bytes);
  }
  return std::nullopt;
}

hash share_index::add_tree(const object_header& header, const merkle_tree& tree,
                           std::shared_ptr<const source> content,
                           std::string_view alias) {
  rep_->put_chunks(tree, content);
  const auto object = make_tree_object(header, tree);
  for (std::uint64_t part = 0; part < part_count(header); ++part)
    put(tree_part_hash(type_, header, tree.root(), part),
        indexed_object{part_of(object, part)});
  const auto first = tree_part_hash(type_, header, tree.root(), 0);
  std::vector<hash> names{first};
  if (!alias.empty()) {
    names.push_back(hash_of(type_, alias));
    put(names.back(), indexed_alias{first});
  }
  if (range_symbol_bytes_ != 0)
    put_ranges(make_manifest(type_, range_symbol_bytes_, header, tree), tree,
               object, std::move(content), names);
  return first;
}

void share_index::put_ranges(const manifest& described, const merkle_tree& tree,
                             const blob& object,
                             std::shared_ptr<const source> content,
                             std::span<const hash> names) {
  index_ranges(described, tree, object, std::move(content), names,
               [this](const hash& id, index_entry entry) {
                 put(id, std::move(entry));
               });
}

void share_index::add_catalogue(const merkle_tree& tree,
                                std::shared_ptr<const source> content,
                                std::span<const hash> names) {
  object_header header;
  header.size = tree.shape().length;
  auto described = make_manifest(type_, range_symbol_bytes_, header, tree);
  described.is_catalogue = true;
  rep_->put_chunks(tree, content);
  put_ranges(described, tree, make_tree_object(header, tree),
             std::move(content), names);
}

hash share_index::add_file(const object_header& header, const merkle_tree& tree,
                           std::shared_ptr<const source> content) {
  return add_tree(header, tree, std::move(content), header.name);
}

hash share_index::add_memory(const merkle_tree& tree,
                             std::shared_ptr<const source> content,
                             std::string_view alias) {
  object_header header;
  header.size = tree.shape().length;
  return add_tree(header, tree, std::move(content), alias);
}

} // namespace troupe
