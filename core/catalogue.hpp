// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/manifest.hpp"

#include <vector>

namespace troupe {

/// One file, directory or symbolic link below a shared directory.
struct catalogue_entry {
  std::string path;       ///< from the share's directory on; the top: ""
  file_metadata metadata; ///< its type, too
  std::uint64_t size = 0; ///< of a file, bytes
  hash root;              ///< of a file's own merkle tree; empty ones: zero
  std::string target;     ///< of a symbolic link

  bool is_file() const noexcept;
  bool is_directory() const noexcept;
  bool is_symlink() const noexcept;
};

/// A shared directory as a whole: what is in it, and the pack, which is the
/// content of all its files as one object (core/pack.hpp). In the range
/// protocol this is what the name of a directory stands for.
struct catalogue {
  std::string name; ///< of the share: one path component
  /// The top first, every directory before what is in it, by ascending path.
  std::vector<catalogue_entry> entries;
  manifest pack;
};

/// Entries that a catalogue has at most.
inline constexpr std::uint32_t max_catalogue_entries = 1u << 24;
/// Bytes of a catalogue as it travels, at most: some 100 for each entry.
inline constexpr std::uint64_t max_catalogue_bytes = std::uint64_t{1} << 30;
/// Bytes of a path below the share, and of a link's target, at most.
inline constexpr std::size_t max_path_bytes = 4095;

/// As it travels (docs/wire-format.md, "Catalogue").
std::vector<std::byte> serialise(const catalogue& value);

/// Whether `path` names something below a directory whatever is there: no
/// component is empty, "." or "..", it has no NUL and is no longer than
/// max_path_bytes.
bool is_beneath(std::string_view path) noexcept;

/// Order of the entries: a directory, then all that is in it, then what
/// follows: '/' counts as the smallest byte.
bool path_less(std::string_view a, std::string_view b) noexcept;

/// Reads a catalogue. Whatever the bytes are, every path of the result is
/// beneath the directory, comes after the directory that it is in, and occurs
/// once; the pack has the length that the entries add up to. `limit_bytes`
/// bounds the pack; memory stays within 64 MiB and a multiple of the bytes
/// read. Errors: bad_object, too_large, unsupported, hash_mismatch.
expected<catalogue> parse_catalogue(std::span<const std::byte> bytes,
                                    std::uint64_t limit_bytes);

} // namespace troupe
