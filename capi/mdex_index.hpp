// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/range_index.hpp"

#include <librecast/mdex.h>

#include <map>
#include <shared_mutex>
#include <unordered_map>

namespace troupe::capi {

/// Where the chunks of an added object come from, as mdex_get reports it.
struct content_origin {
  std::shared_ptr<const source> bytes;
  std::byte* memory = nullptr; ///< first byte, or nullptr for a file
  std::string path;            ///< of the file
  struct stat status{};        ///< of the file when it was added
};

/// A listing or a link, as mdex_get reports it and as it is sent.
struct described_object {
  blob object;
  object_header header;
  struct stat status{}; ///< of the directory or link when it was added
};

/// What stands behind an mdex_t: everything that was added, and how a share
/// finds it. Shared by the handle and the shares, so that either may go first.
/// Thread-safe: any number of readers, or one writer. What belongs to the range
/// protocol is kept apart: programs do not see it.
class mdex_index : public object_directory {
public:
  using key = std::span<const std::byte>; ///< 1..32 bytes of a hash

  explicit mdex_index(hash_type type)
      : bulk_(type), ranges_(type, default_range_symbol_bytes) {}

  hash_type type() const override;
  std::uint16_t range_symbol_bytes() const override {
    return default_range_symbol_bytes;
  }
  /// Errors: already_exists when something was added.
  errc set_type(hash_type type);

  /// Adds the parts and chunks of an object, with its name as an alias if
  /// `alias`. `tree` was made with type().
  void add(const object_header& header, const merkle_tree& tree,
           std::shared_ptr<const content_origin> origin, bool alias);

  /// Adds a listing or a link, and with `alias` its name.
  void add(const hash& id, std::shared_ptr<const described_object> what,
           bool alias);

  /// Adds what only the range protocol sends, for a whole directory, until the
  /// entry or the alias `names` is erased.
  void add_pack(std::vector<hash> names,
                std::shared_ptr<const share_index> pack);

  /// As mdex_put(3), mdex_alias(3), mdex_del(3). Errors: not_found. `was_file`
  /// tells whether the entry was a piece of a file.
  void put(key at, const mdex_entry_t* entry);
  errc alias(key at, key target);
  errc erase(key at, bool& was_file);

  /// As mdex_get(3): on success `id` begins with the hash of what was found.
  /// `out` may be nullptr. Errors: not_found, too_many_links.
  errc get(key at, hash& id, mdex_entry_t* out) const;

  std::optional<found> find(std::span<const std::byte> at) const override;
  /// The same without the range protocol, which carries plain text: what a
  /// share with a key may answer.
  std::optional<found> find_classic(std::span<const std::byte> at) const;

private:
  struct alias_of {
    hash target;
    std::size_t bytes = hash_bytes; ///< of target
  };
  /// An entry of mdex_put, or of a listing or link: what mdex_get returns, and
  /// what is sent, if it can.
  struct foreign {
    mdex_entry_t entry{};
    bool key_only = false;
    std::optional<index_entry> content;
    std::shared_ptr<const void> owner; ///< of what the entry points at
  };
  struct directory_pack {
    std::vector<hash> names;
    std::shared_ptr<const share_index> content;
  };
  using side_entry = std::variant<alias_of, foreign>;

  /// An entry of either container.
  struct located {
    hash id;
    const side_entry* side = nullptr;
    std::optional<index_entry> bulk;
  };

  void put_own(const hash& id, index_entry entry);
  void put_alias(std::string_view name, const hash& target);
  std::optional<found> find_in_classic(key at) const;
  void add_chunks(const merkle_tree& tree, const content_origin& origin);
  std::optional<located> first(key at) const;
  expected<located> resolve(key at) const;
  bool is_file(const located& entry) const;
  void forget(const located& entry);
  void describe(const located& entry, mdex_entry_t& out) const;

  mutable std::shared_mutex lock_;
  share_index bulk_; ///< parts and chunks of what was added: many
  std::map<hash, side_entry> side_; ///< all others: fewer
  share_index ranges_; ///< of the range protocol: of files and memory
  std::vector<directory_pack> packs_; ///< of the range protocol: directories
  std::unordered_map<const source*, std::shared_ptr<const content_origin>>
      origins_;
};

/// `index` without what belongs to the range protocol.
std::shared_ptr<const object_directory>
classic_only(std::shared_ptr<const mdex_index> index);

} // namespace troupe::capi
