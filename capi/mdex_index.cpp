// SPDX-License-Identifier: BSD-3-Clause
#include "capi/mdex_index.hpp"

#include "core/channel_key.hpp"
#include "core/hasher.hpp"
#include "core/range_index.hpp"

#include <algorithm>
#include <mutex>

namespace troupe::capi {

namespace {

/// Aliases of aliases that are followed; more is taken for a circle.
constexpr int max_alias_hops = 8;

/// Some 100 us of work.
constexpr std::uint64_t chunks_per_lock = 256;

hash padded(mdex_index::key at) {
  hash id;
  std::copy_n(at.begin(), std::min(at.size(), hash_bytes), id.bytes.begin());
  return id;
}

bool begins_with(const hash& id, mdex_index::key at) {
  return std::equal(at.begin(), at.end(), id.bytes.begin());
}

std::span<const std::byte> bytes_of(const mdex_entry_t& entry) {
  return {static_cast<const std::byte*>(entry.ptr.data), entry.ptr.size};
}

/// What can be sent of an entry that a program put in; nothing for kinds that
/// only programs understand.
std::optional<index_entry> content_of(const mdex_entry_t& entry) {
  const bool whole = (entry.type & MDEX_OTI) != 0;
  if ((entry.type & MDEX_PTR) != 0 && entry.ptr.data != nullptr) {
    if (whole) // the program keeps the bytes alive: no owner
      return indexed_object{blob{nullptr, bytes_of(entry)}};
    if (entry.ptr.size > 0 && entry.ptr.size <= chunk_bytes)
      return indexed_chunk{make_memory_source(bytes_of(entry)),
                           {0, entry.ptr.size}};
  }
  if ((entry.type & MDEX_FILE) != 0 && !whole &&
      entry.file.file.name != nullptr && entry.file.size > 0 &&
      entry.file.size <= chunk_bytes) {
    auto file = open_file_source(entry.file.file.name);
    const byte_range range{entry.file.off, entry.file.size};
    if (file && range.offset <= file->bytes->size() &&
        range.length <= file->bytes->size() - range.offset)
      return indexed_chunk{file->bytes, range};
  }
  return std::nullopt;
}

} // namespace

hash_type mdex_index::type() const {
  std::shared_lock lock{lock_};
  return bulk_.type();
}

errc mdex_index::set_type(hash_type type) {
  std::unique_lock lock{lock_};
  if (bulk_.type() == type)
    return errc::none;
  if (!side_.empty() || bulk_.size() > 0)
    return errc::already_exists;
  bulk_ = share_index{type};
  ranges_ = share_index{type, default_range_symbol_bytes};
  return errc::none;
}

void mdex_index::put_own(const hash& id, index_entry entry) {
  side_.erase(id);
  bulk_.put(id, std::move(entry));
}

void mdex_index::add_chunks(const merkle_tree& tree,
                            const content_origin& origin) {
  const auto& shape = tree.shape();
  const auto chunks = shape.length == 0 ? 0 : shape.chunks;
  for (std::uint64_t i = 0; i < chunks;) {
    // A share looks things up meanwhile: let it in now and then.
    const std::unique_lock lock{lock_};
    for (const auto end = std::min(i + chunks_per_lock, chunks); i < end; ++i) {
      put_own(tree.leaf(i),
              indexed_chunk{origin.bytes, chunk_range(shape.length, i)});
    }
  }
}

void mdex_index::add(const object_header& header, const merkle_tree& tree,
                     std::shared_ptr<const content_origin> origin,
                     bool alias) {
  const auto object = make_tree_object(header, tree);
  {
    const std::unique_lock lock{lock_};
    origins_.emplace(origin->bytes.get(), origin);
  }
  add_chunks(tree, *origin); // before the tree, by which they are found
  const std::unique_lock lock{lock_};
  const auto type = bulk_.type();
  for (std::uint64_t part = 0; part < part_count(header); ++part)
    put_own(tree_part_hash(type, header, tree.root(), part),
            indexed_object{part_of(object, part)});
  const auto first_part = tree_part_hash(type, header, tree.root(), 0);
  std::vector<hash> names{first_part};
  if (alias) {
    names.push_back(hash_of(type, header.name));
    put_alias(header.name, first_part);
  }
  index_ranges(make_manifest(type, default_range_symbol_bytes, header, tree),
               tree, object, origin->bytes, names,
               [this](const hash& id, index_entry entry) {
                 ranges_.put(id, std::move(entry));
               });
}

void mdex_index::put_alias(std::string_view name, const hash& target) {
  const auto id = hash_of(bulk_.type(), name);
  if (const auto before = first(id.bytes))
    forget(*before);
  side_.insert_or_assign(id, alias_of{target});
}

void mdex_index::add(const hash& id,
                     std::shared_ptr<const described_object> what,
                     bool alias) {
  foreign value;
  const auto& header = what->header;
  const auto bytes = what->object.view();
  const bool is_directory = header.kind() == object_kind::directory;
  const auto front = net_tree_header_bytes + header.name.size();
  value.entry.type = MDEX_OTI | (is_directory ? MDEX_DIR : MDEX_LINK);
  if (is_directory && bytes.size() > front) {
    value.entry.file.size = (bytes.size() - front) / hash_bytes;
    // The C structure knows no const; its users only read.
    value.entry.file.file.dir = reinterpret_cast<mdex_hash_t*>(
        const_cast<std::byte*>(bytes.data() + front));
  }
  value.entry.file.file.name = const_cast<char*>(header.name.c_str());
  value.entry.file.file.sb = const_cast<struct stat*>(&what->status);
  value.content = indexed_object{what->object};
  value.owner = what;
  const std::unique_lock lock{lock_};
  bulk_.erase(id);
  side_.insert_or_assign(id, std::move(value));
  if (alias)
    put_alias(header.name, id);
}

void mdex_index::add_pack(std::vector<hash> names,
                          std::shared_ptr<const share_index> pack) {
  const std::unique_lock lock{lock_};
  // What has the name now is what it stands for.
  std::erase_if(packs_, [&](const auto& each) { return each.names == names; });
  packs_.push_back({std::move(names), std::move(pack)});
}

std::optional<mdex_index::located> mdex_index::first(key at) const {
  located entry;
  if (auto ours = bulk_.find(at)) {
    entry.id = ours->id;
    entry.bulk = std::move(ours->entry);
  }
  const auto side = side_.lower_bound(padded(at));
  if (side != side_.end() && begins_with(side->first, at) &&
      (!entry.bulk || side->first <= entry.id))
    return located{side->first, &side->second, std::nullopt};
  return entry.bulk ? std::optional{std::move(entry)} : std::nullopt;
}

expected<mdex_index::located> mdex_index::resolve(key at) const {
  auto entry = first(at);
  for (int hops = 0; hops <= max_alias_hops; ++hops) {
    if (!entry)
      return errc::not_found;
    const auto* alias =
        entry->side ? std::get_if<alias_of>(entry->side) : nullptr;
    if (alias == nullptr)
      return *std::move(entry);
    entry = first(key{alias->target.bytes}.first(alias->bytes));
  }
  return errc::too_many_links;
}

std::optional<object_directory::found>
mdex_index::find(std::span<const std::byte> at) const {
  if (at.empty() || at.size() > hash_bytes)
    return std::nullopt;
  std::shared_lock lock{lock_};
  auto entry = find_in_classic(at);
  if (!entry)
    entry = ranges_.find(at);
  for (auto pack = packs_.begin(); !entry && pack != packs_.end(); ++pack)
    entry = pack->content->find(at);
  return entry;
}

std::optional<object_directory::found>
mdex_index::find_classic(std::span<const std::byte> at) const {
  if (at.empty() || at.size() > hash_bytes)
    return std::nullopt;
  std::shared_lock lock{lock_};
  return find_in_classic(at);
}

std::optional<object_directory::found>
mdex_index::find_in_classic(key at) const {
  auto entry = resolve(at);
  if (!entry)
    return std::nullopt;
  if (entry->bulk)
    return found{entry->id, *std::move(entry->bulk)};
  if (const auto& content = std::get<foreign>(*entry->side).content)
    return found{entry->id, *content};
  return std::nullopt;
}

errc mdex_index::get(key at, hash& id, mdex_entry_t* out) const {
  std::shared_lock lock{lock_};
  auto entry = resolve(at);
  if (!entry)
    return entry.error().code;
  id = entry->id;
  if (out != nullptr)
    describe(*entry, *out);
  return errc::none;
}

void mdex_index::describe(const located& entry, mdex_entry_t& out) const {
  if (entry.side) {
    const auto& theirs = std::get<foreign>(*entry.side);
    if (!theirs.key_only)
      out = theirs.entry;
    return;
  }
  out = {};
  if (const auto* object = std::get_if<indexed_object>(&*entry.bulk)) {
    const auto bytes = object->bytes.view();
    out.type = MDEX_PTR | MDEX_OTI;
    out.ptr.size = bytes.size();
    // The C structure knows no const; its users only read.
    out.ptr.data = const_cast<std::byte*>(bytes.data());
  } else if (const auto* chunk = std::get_if<indexed_chunk>(&*entry.bulk)) {
    const auto& origin = *origins_.at(chunk->from.get());
    if (origin.memory != nullptr) {
      out.type = MDEX_PTR;
      out.ptr.size = chunk->range.length;
      out.ptr.data = origin.memory + chunk->range.offset;
      return;
    }
    out.type = MDEX_FILE;
    out.file.size = chunk->range.length;
    out.file.off = chunk->range.offset;
    out.file.file.name = const_cast<char*>(origin.path.c_str());
    out.file.file.sb = const_cast<struct stat*>(&origin.status);
    out.file.file.ref = 1;
  }
}

bool mdex_index::is_file(const located& entry) const {
  if (entry.side) {
    const auto* theirs = std::get_if<foreign>(entry.side);
    return theirs != nullptr && (theirs->entry.type & MDEX_FILE) != 0;
  }
  const auto* chunk = std::get_if<indexed_chunk>(&*entry.bulk);
  return chunk != nullptr &&
         origins_.at(chunk->from.get())->memory == nullptr;
}

void mdex_index::forget(const located& entry) {
  if (entry.side)
    side_.erase(entry.id);
  else
    bulk_.erase(entry.id);
}

void mdex_index::put(key at, const mdex_entry_t* entry) {
  side_entry value = foreign{};
  if (entry == nullptr) {
    std::get<foreign>(value).key_only = true;
  } else if (entry->type == MDEX_ALIAS) {
    const auto target = bytes_of(*entry);
    value = alias_of{padded(target), std::min(target.size(), hash_bytes)};
  } else {
    value = foreign{*entry, false, content_of(*entry), nullptr};
  }
  std::unique_lock lock{lock_};
  const auto before = first(at);
  const auto id = before ? before->id : padded(at);
  if (before)
    forget(*before);
  side_.insert_or_assign(id, std::move(value));
}

errc mdex_index::alias(key at, key target) {
  std::unique_lock lock{lock_};
  if (!first(target))
    return errc::not_found;
  const auto before = first(at);
  const auto id = before ? before->id : padded(at);
  if (before)
    forget(*before);
  side_.insert_or_assign(id, alias_of{padded(target), target.size()});
  return errc::none;
}

errc mdex_index::erase(key at, bool& was_file) {
  std::unique_lock lock{lock_};
  const auto entry = first(at);
  if (!entry)
    return errc::not_found;
  was_file = is_file(*entry);
  // Nor is it found by the range protocol any more.
  ranges_.erase(channel_id_of(channel_kind::manifest, entry->id));
  std::erase_if(packs_, [&](const auto& each) {
    return std::find(each.names.begin(), each.names.end(), entry->id) !=
           each.names.end();
  });
  forget(*entry);
  return errc::none;
}

namespace {

class classic_view final : public object_directory {
public:
  explicit classic_view(std::shared_ptr<const mdex_index> index)
      : index_(std::move(index)) {}
  hash_type type() const override { return index_->type(); }
  std::optional<found> find(std::span<const std::byte> key) const override {
    return index_->find_classic(key);
  }

private:
  std::shared_ptr<const mdex_index> index_;
};

} // namespace

std::shared_ptr<const object_directory>
classic_only(std::shared_ptr<const mdex_index> index) {
  return std::make_shared<classic_view>(std::move(index));
}

} // namespace troupe::capi
