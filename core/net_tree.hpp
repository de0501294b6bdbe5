// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/blob.hpp"
#include "core/merkle_tree.hpp"
#include "core/source.hpp"

#include <string>

namespace troupe {

/// Bytes of the header of every object (docs/wire-format.md, "Objects").
inline constexpr std::size_t net_tree_header_bytes = 56;
/// An object that carries a tree is cut into parts of this many bytes.
inline constexpr std::size_t tree_part_bytes = 32768;
/// Bytes of the longest name that fits its field.
inline constexpr std::size_t max_name_bytes = 65535;

enum class object_kind { file, memory, directory, symlink };

/// The header that travels in front of a tree, listing or link target.
struct object_header {
  std::uint64_t size = 0; ///< file, memory: content bytes; else object bytes
  file_metadata metadata; ///< all zero for memory
  std::string name;       ///< share path, without NUL; empty for memory

  object_kind kind() const noexcept;
  friend bool operator==(const object_header&, const object_header&) = default;
};

/// The header and the name, as they travel. Of mode the low 16 bits. A name
/// longer than max_name_bytes throws std::length_error.
std::vector<std::byte> serialise_header(const object_header& header);

/// Object of a file or of memory: header, name, all nodes of the tree. An
/// empty file's object ends with the name.
blob make_tree_object(const object_header& header, const merkle_tree& tree);
/// Object of a directory: header, name, child hashes in the given order.
/// Sets the size field itself.
blob make_directory_object(object_header header,
                           std::span<const hash> children);
/// Object of a symbolic link: header, name, target. Sets the size itself.
blob make_symlink_object(object_header header, std::string_view target);

/// Reads header and name from the front of a whole object or of the first part
/// of a file's or memory's. `limit_bytes` bounds the size field. The name is
/// not judged as a path, except that it has no NUL. Errors: too_large;
/// bad_object: shorter than its fields say, unknown type (memory has mode 0
/// and no name), nanoseconds of a second or more, a size field that cannot be.
expected<object_header> parse_header(std::span<const std::byte> object,
                                     std::uint64_t limit_bytes);

/// Reads header and name alone, whatever follows them; else as parse_header.
expected<object_header> parse_front(std::span<const std::byte> object,
                                    std::uint64_t limit_bytes);

/// Bytes of the whole object that `header` announces.
std::uint64_t object_bytes(const object_header& header) noexcept;

/// Parts of an object of `bytes` bytes: ceil(bytes / tree_part_bytes); always
/// 1 for directories and links.
std::uint64_t part_count(const object_header& header) noexcept;

/// Part `index` of a file's or memory's object, sharing its bytes; empty past
/// the last one. Directories and links travel whole.
blob part_of(const blob& object, std::uint64_t index);

/// Child hashes of a directory object. Errors: bad_object.
expected<std::vector<hash>> parse_directory(std::span<const std::byte> object);
/// Target of a symbolic link object: 1..4095 bytes without NUL. Errors:
/// bad_object.
expected<std::string> parse_symlink(std::span<const std::byte> object);

/// The path as it is hashed: from the first '/' on, or all if there is none.
std::string_view relative_path(std::string_view share_path) noexcept;

/// The 26 bytes of metadata that are hashed: low 16 bits of mode, uid, gid,
/// mtime seconds, mtime nanoseconds without their low 3 bits; little endian.
std::array<std::byte, 26> stat_bits(const file_metadata& metadata) noexcept;

/// Channel hash of part `part` of a file: H(relpath || root || part || stat);
/// of an empty file: H(relpath || stat).
hash file_part_hash(hash_type type, const object_header& header,
                    const hash& root, std::uint64_t part);
/// Channel hash of part `part` of a memory object: H(root || part).
hash memory_part_hash(hash_type type, const hash& root, std::uint64_t part);
/// Either of the two, by the header's kind.
hash tree_part_hash(hash_type type, const object_header& header,
                    const hash& root, std::uint64_t part);
/// Channel hash of a symbolic link: H(relpath || stat).
hash symlink_hash(hash_type type, const object_header& header);
/// Channel hash of a listing. The top of a share hashes its children only;
/// below it: H(basename || stat || children).
hash directory_hash(hash_type type, const object_header& header,
                    std::span<const hash> children, bool top);

} // namespace troupe
