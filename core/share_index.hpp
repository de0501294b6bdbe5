// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/merkle_tree.hpp"
#include "core/net_tree.hpp"
#include "core/source.hpp"

#include <optional>
#include <variant>

namespace troupe {

struct manifest;

/// An object that is sent whole, with its OTI in every packet: a tree part, a
/// listing, a link.
struct indexed_object {
  blob bytes;
};

/// A chunk: `range` of `from`, sent without OTI.
struct indexed_chunk {
  std::shared_ptr<const source> from;
  byte_range range; ///< 1..chunk_bytes long
};

/// The chunks below an inner node, which a range channel carries as one block.
struct indexed_range {
  std::shared_ptr<const source> from;
  byte_range range; ///< 1..range_chunks * chunk_bytes long
};

/// Another name for an entry.
struct indexed_alias {
  hash target;
};

using index_entry = std::variant<indexed_object, indexed_chunk, indexed_alias,
                                 indexed_range>;

/// What a sharer has to answer, as share_supervisor sees it. Implementations
/// may be called from several threads at once.
class object_directory {
public:
  /// Bytes of a hash that a group address carries.
  static constexpr std::size_t group_key_bytes = 14;

  struct found {
    hash id;           ///< the full hash of the entry, aliases followed
    index_entry entry; ///< never an indexed_alias
  };

  virtual ~object_directory() = default;

  /// What its hashes were made with.
  virtual hash_type type() const = 0;
  /// T of its range channels; 0 when it has none.
  virtual std::uint16_t range_symbol_bytes() const { return 0; }

  /// The entry whose hash begins with `key` (1..32 bytes). Aliases are
  /// followed; one that leads to itself is an absent entry.
  virtual std::optional<found>
  find(std::span<const std::byte> key) const = 0;
};

/// The multicast index (`mdex`): hash -> what to send. Ordered, so that an
/// entry is found by the first bytes of its hash; of several, the smallest.
/// Not synchronised: fill it, then share it as const; looking up takes no
/// lock. Later entries win over earlier ones of equal hash. A chunk costs 48
/// bytes; at most 2^32 sources. A moved-from index can only be assigned to.
class share_index : public object_directory {
public:
  /// `range_symbol_bytes` is T of the range channels (core/range_index.hpp)
  /// that add_file() and add_memory() enter beside the classic ones; 0: none.
  explicit share_index(hash_type type, std::uint16_t range_symbol_bytes = 0);
  /// Copies all entries; the content behind them is shared.
  share_index(const share_index& other);
  share_index(share_index&& other) noexcept;
  share_index& operator=(share_index other) noexcept;
  ~share_index() override;

  hash_type type() const noexcept override { return type_; }
  std::uint16_t range_symbol_bytes() const noexcept override {
    return range_symbol_bytes_;
  }
  /// Entries, aliases included. Linear: for reports.
  std::size_t size() const;

  void put(const hash& id, index_entry entry);
  /// False when there was none. What the entry held may be kept for a while.
  bool erase(const hash& id);
  /// The entry itself, aliases not followed.
  std::optional<index_entry> get(const hash& id) const;

  std::optional<found> find(std::span<const std::byte> key) const override;

  /// Adds a file whose tree is known: its parts, its chunks, and, if it has a
  /// name, the alias H(share path). Returns the channel hash of part 0.
  hash add_file(const object_header& header, const merkle_tree& tree,
                std::shared_ptr<const source> content);

  /// Adds memory whose tree is known: parts and chunks; with a non-empty
  /// `alias` also H(alias). Returns the channel hash of part 0.
  hash add_memory(const merkle_tree& tree,
                  std::shared_ptr<const source> content,
                  std::string_view alias = {});

  /// Adds the catalogue (core/catalogue.hpp) of a directory, found below each
  /// of `names` (channel hashes) by the range protocol alone. Precondition:
  /// range_symbol_bytes() != 0.
  void add_catalogue(const merkle_tree& tree,
                     std::shared_ptr<const source> content,
                     std::span<const hash> names);

private:
  struct rep;

  void put_ranges(const manifest& described, const merkle_tree& tree,
                  const blob& object, std::shared_ptr<const source> content,
                  std::span<const hash> names);
  hash add_tree(const object_header& header, const merkle_tree& tree,
                std::shared_ptr<const source> content, std::string_view alias);

  hash_type type_;
  std::uint16_t range_symbol_bytes_;
  std::unique_ptr<rep> rep_;
};

} // namespace troupe
